internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// A report that is being read.
struct DmarcDraft {
    private struct Record {
        var source: IPAddress?
        var messages: Int?
        var disposition = DmarcReport.Disposition.none
        var isDKIMAligned = false
        var isSPFAligned = false
        var exception = ""
        var domain = ""
        /// Of signatures that were good.
        var signers: [String] = []
        var envelope = ""
    }

    /// Signatures of one record that are looked at; a message with more has been through more hands than anybody names.
    private static let mostSigners = 16

    private var texts: [String: String] = [:]
    private var begins: Date?
    private var ends: Date?
    private var record = Record()
    private var result = (domain: "", isGood: false)
    private var tally = DmarcTally()

    mutating func beginRecord() { record = Record() }
    mutating func beginResult() { result = ("", false) }

    /// Of `policy_published` these, in this order.
    private static let policy = ["p", "sp", "np", "adkim", "aspf", "pct", "testing"]
    private static let kept: [String: Set<String>] = [
        "report_metadata": ["org_name", "email", "report_id"], "policy_published": Set(["domain"] + policy),
    ]

    /// An element without others in it.
    mutating func take(_ name: String, in parent: String, _ raw: String) -> ImportProblem.Reason? {
        let value = raw.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        switch (parent, name) {
        case ("date_range", "begin"), ("date_range", "end"): return takeTime(name, value)
        case ("row", "source_ip"):
            guard let address = IPAddress(value) else { return .badValue(name, wanted: "an IP address") }
            record.source = address.unmapped
        case ("row", "count"):
            guard let count = Int(value), (0...DmarcTally.mostMessages).contains(count) else { return .badValue(name, wanted: "a number") }
            record.messages = count
        case ("policy_evaluated", "disposition") where !value.isEmpty:
            guard let disposition = DmarcReport.Disposition(rawValue: value.lowercased()) else {
                return .badValue(name, wanted: "pass, none, quarantine or reject")
            }
            record.disposition = disposition
        case ("policy_evaluated", "dkim"): record.isDKIMAligned = value.lowercased() == "pass"
        case ("policy_evaluated", "spf"): record.isSPFAligned = value.lowercased() == "pass"
        case ("reason", "type") where record.exception.isEmpty: record.exception = String(value.prefix(60))
        case ("identifiers", "header_from"):
            guard let domain = DmarcName.domain(value) else { return .badValue(name, wanted: "a domain") }
            record.domain = domain
        case ("dkim", "domain"), ("spf", "domain"): result.domain = DmarcName.domain(value) ?? ""
        case ("dkim", "result"), ("spf", "result"): result.isGood = value.lowercased() == "pass"
        default:
            guard Self.kept[parent]?.contains(name) == true else { return nil }
            guard value.utf8.count <= DmarcTranscript.longestField else { return .badText(name) }
            texts["\(parent)/\(name)"] = value
        }
        return nil
    }

    private mutating func takeTime(_ name: String, _ value: String) -> ImportProblem.Reason? {
        guard let date = Int(value).flatMap({ DmarcPeriod.date($0) }) else {
            return .badValue(name, wanted: "a time in seconds since 1970")
        }
        if name == "begin" { begins = date } else { ends = date }
        return nil
    }

    /// Of a signature, or of the envelope's domain.
    mutating func endResult(of name: String) -> ImportProblem.Reason? {
        guard result.isGood, !result.domain.isEmpty else { return nil }
        switch name {
        case "dkim" where record.signers.count < Self.mostSigners: record.signers.append(result.domain)
        case "spf" where record.envelope.isEmpty: record.envelope = result.domain
        default: break
        }
        return nil
    }

    mutating func endRecord() -> ImportProblem.Reason? {
        guard let source = record.source else { return .missing("source_ip", in: "row") }
        guard let messages = record.messages else { return .missing("count", in: "row") }
        guard !record.domain.isEmpty else { return .missing("header_from", in: "identifiers") }
        let signer = record.signers.first { !DmarcName.isRelated($0, record.domain) } ?? record.signers.first ?? ""
        let sending = DmarcReport.Sending(
            domain: record.domain, source: source, isDKIMAligned: record.isDKIMAligned, isSPFAligned: record.isSPFAligned, signer: signer,
            envelope: record.envelope)
        let row = DmarcReport.Row(sending, disposition: record.disposition, exception: record.exception, messages: messages)
        return tally.add(row) ? nil : .tooMany("different records or messages", limit: DmarcTally.mostRows)
    }

    func finish() -> Result<DmarcReport, ImportProblem> {
        guard let id = text("report_metadata", "report_id") else {
            return .failure(ImportProblem(.missing("report_id", in: "report_metadata")))
        }
        guard let domain = text("policy_published", "domain").flatMap({ DmarcName.domain($0) }) else {
            return .failure(ImportProblem(.missing("domain", in: "policy_published")))
        }
        guard let begins, let ends else { return .failure(ImportProblem(.missing("begin and end", in: "date_range"))) }
        guard begins <= ends else { return .failure(ImportProblem(.badValue("end", wanted: "a time behind <begin>"))) }
        let contact = text("report_metadata", "email") ?? ""
        guard let organization = text("report_metadata", "org_name") ?? DmarcName.domain(contact) else {
            return .failure(ImportProblem(.missing("org_name", in: "report_metadata")))
        }
        let policy = Self.policy.compactMap { tag in text("policy_published", tag).map { "\(tag)=\($0.prefix(20))" } }
        return .success(
            DmarcReport(
                DmarcReport.Head(
                    organization: organization, contact: contact, id: id, domain: domain, begins: begins, ends: ends,
                    policy: policy.joined(separator: " ")), rows: tally.rows))
    }

    private func text(_ parent: String, _ name: String) -> String? {
        texts["\(parent)/\(name)"].flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// Domains as reports have them, who repeat what a stranger wrote.
enum DmarcName {
    /// In one spelling; what no domain could be, but stood in somebody's From, stays as it was. nil: nothing, or what no line may hold.
    static func domain(_ text: String) -> String? {
        // Some reporters put the whole address there, which is nobody's to keep.
        var name = text[(text.lastIndex(of: "@").map { text.index(after: $0) } ?? text.startIndex)...]
        while name.last == "." { name = name.dropLast() }
        if let domain = try? Domain(String(name)) { return domain.ascii }  // anything else is told from what there is by whoever reads it
        let isPlain = name.unicodeScalars.allSatisfy { $0.value > 0x20 && !(0x7F...0xA0).contains($0.value) }
        guard !name.isEmpty, name.utf8.count <= 253, isPlain else { return nil }
        return name.lowercased()
    }

    /// One is the other, or below it.
    static func isRelated(_ one: String, _ other: String) -> Bool {
        one == other || one.hasSuffix("." + other) || other.hasSuffix("." + one)
    }
}
