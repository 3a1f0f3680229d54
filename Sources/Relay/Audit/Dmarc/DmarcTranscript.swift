internal import Mail
package import struct FoundationEssentials.Date

/// What the process that reads a file writes for the one that asked it: plain lines of fields with tabs between.
///
/// The reader had bytes of strangers in its hands, so nothing it says is believed: every field is judged again, and a line too few makes all of it void.
package enum DmarcTranscript {
    /// Octets of one field; names and ids of reports have some dozens.
    package static let longestField = 255
    /// Documents of one file.
    package static let mostDocuments = 100
    /// Octets of all that a reader may write.
    package static let longest = 64 * 1024 * 1024

    /// Why what was written is void.
    package struct Unreadable: Error, Sendable, Hashable {
        package let line: Int
    }

    package static func write(_ document: DmarcDocument) -> String {
        switch document.outcome {
        case .refused(let why): return line("refused", document.name, why)
        case .report(let report):
            let head = report.head
            var text = line(
                "report", document.name, head.organization, head.contact, head.id, head.domain, seconds(head.begins), seconds(head.ends),
                head.policy)
            for row in report.rows {
                let sending = row.sending
                text += line(
                    "row", sending.domain, sending.source.description, sending.isDKIMAligned ? "1" : "0", sending.isSPFAligned ? "1" : "0",
                    sending.signer, sending.envelope, row.disposition.rawValue, row.exception, String(row.messages))
            }
            return text + line("end", String(report.rows.count))
        }
    }

    package static func read(_ text: String) throws(Unreadable) -> [DmarcDocument] {
        var documents: [DmarcDocument] = []
        var open: (name: String, head: DmarcReport.Head)?
        var rows: [DmarcReport.Row] = []
        var number = 0
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
            number += 1
            let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map { String(Substring($0)) }
            guard fields.allSatisfy({ $0.utf8.count <= longestField || fields[0] == "refused" }), documents.count < mostDocuments else {
                throw Unreadable(line: number)
            }
            switch (fields[0], open) {
            case ("refused", nil) where fields.count == 3: documents.append(DmarcDocument(name: fields[1], .refused(fields[2])))
            case ("report", nil):
                guard let head = head(fields) else { throw Unreadable(line: number) }
                open = (fields[1], head)
                rows = []
            case ("row", _?):
                guard let row = row(fields), rows.count < DmarcTally.mostRows else { throw Unreadable(line: number) }
                rows.append(row)
            case ("end", let (name, head)?) where fields == ["end", String(rows.count)]:
                documents.append(DmarcDocument(name: name, .report(DmarcReport(head, rows: rows))))
                open = nil
            default: throw Unreadable(line: number)
            }
        }
        // A reader that ended in the middle of a report has not said it.
        guard open == nil, text.hasSuffix("\n"), !documents.isEmpty else { throw Unreadable(line: number + 1) }
        return documents
    }

    private static func head(_ fields: [String]) -> DmarcReport.Head? {
        guard fields.count == 9, let begins = date(fields[6]), let ends = date(fields[7]), begins <= ends else { return nil }
        guard [fields[2], fields[4], fields[5]].allSatisfy({ !$0.isEmpty }) else { return nil }
        return DmarcReport.Head(
            organization: fields[2], contact: fields[3], id: fields[4], domain: fields[5], begins: begins, ends: ends, policy: fields[8])
    }

    private static func row(_ fields: [String]) -> DmarcReport.Row? {
        guard fields.count == 10, !fields[1].isEmpty, let source = IPAddress(fields[2]), let dkim = flag(fields[3]),
            let spf = flag(fields[4]), let disposition = DmarcReport.Disposition(rawValue: fields[7]), let messages = Int(fields[9]),
            (0...DmarcTally.mostMessages).contains(messages)
        else { return nil }
        let sending = DmarcReport.Sending(
            domain: fields[1], source: source, isDKIMAligned: dkim, isSPFAligned: spf, signer: fields[5], envelope: fields[6])
        return DmarcReport.Row(sending, disposition: disposition, exception: fields[8], messages: messages)
    }

    private static func flag(_ text: String) -> Bool? { text == "1" ? true : text == "0" ? false : nil }

    private static func seconds(_ date: Date) -> String { String(Int(date.timeIntervalSince1970)) }

    private static func date(_ text: String) -> Date? { Int(text).flatMap { DmarcPeriod.date($0) } }

    /// A tab or a line end within a field would be read as two.
    private static func line(_ fields: String...) -> String {
        fields.map { field in String(String.UnicodeScalarView(field.unicodeScalars.map { isPlain($0) ? $0 : " " })) }
            .joined(separator: "\t") + "\n"
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) }
}

/// The times that a report may be of.
package enum DmarcPeriod {
    /// Seconds since 1970; to the year 2200, so that no sum of times overflows. Before 1970 there was no mail to report.
    package static func date(_ seconds: Int) -> Date? {
        (0...7_258_118_400).contains(seconds) ? Date(timeIntervalSince1970: Double(seconds)) : nil
    }
}
