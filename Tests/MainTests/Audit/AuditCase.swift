import Foundation
import Relay
import TestSupport

@testable import Main

/// A company with something wrong in it, and what the audit and the doctor say of it: `Fixtures/audit/<case>/case.yaml`.
///
///     with: {…}                                     # laid over ../company.yaml
///     sightings: [{address: …, count: …, last: …, outcome: …}]  # what was seen in traffic
///     expect:
///       unauthorized: [{address: …, steps: […], reason: …}]    # each step as its kind and its line; the reason where it matters
///       chosen: 2
///       near: ["kind subject: step; step"]
///       findings: ["what: trouble"]                 # the beginning of it
struct AuditCase: Sendable {
    /// Saturday noon.
    static let now = Date(timeIntervalSince1970: 1_795_867_200)

    struct Expected: Sendable, Hashable {
        var unauthorized: [String] = []
        /// By address.
        var reasons: [String: String] = [:]
        var chosen = 0
        var near: [String] = []
        var findings: [String] = []
    }

    let name: String
    let start: DirectoryDocument
    let sightings: [SightingTotal]
    let expected: Expected

    init(_ folder: FixtureFolder) throws {
        name = folder.name
        let root = try DocumentReader(DirectoryFile.value(of: folder.text("case.yaml"), folder.name), path: folder.name)
            .fields(["with", "sightings", "expect"])
        let company = try DirectoryFile.value(of: FixtureFolder.at("audit").text("company.yaml"), "company.yaml")
        start = try DirectoryDocument(company.overlaid(by: root.required("with", else: .map([])).value))
        sightings = try root.items("sightings").map { item in
            let fields = try item.fields(["address", "count", "last", "outcome"])
            let last = try fields["last"]?.date() ?? Self.now.addingTimeInterval(-86_400)
            return SightingTotal(
                address: try fields.required("address").address(), role: .author, first: last.addingTimeInterval(-86_400), last: last,
                count: Int(try fields.required("count").number(in: 1...1000)), lastOutcome: try fields["outcome"]?.line() ?? "no-route")
        }
        expected = try root["expect"].map { try Expected($0) } ?? Expected()
    }

    static func all() throws -> [AuditCase] { try FixtureFolder.all(in: "audit").map { try AuditCase($0) } }

    var snapshot: Snapshot { Snapshot(directory: start.directory, conditions: start.conditions) }

    /// Every grant has given a token an hour ago.
    var uses: [GrantID: GrantUse] {
        let hour = Self.now.addingTimeInterval(-3600)
        return Dictionary(uniqueKeysWithValues: start.directory.allGrants.map { ($0.id, GrantUse(consentedAt: hour, usedAt: hour)) })
    }

    var report: UnauthorizedReport {
        UnauthorizedReport(directory: start.directory, conditions: start.conditions, sightings: sightings, now: Self.now)
    }

    var examination: Examination { Examination(snapshot, uses: uses, sightings: sightings, at: Self.now) }

    /// As the case says it.
    static func words(_ remedy: Remedy) -> [String] { remedy.steps.map { "\($0.kind.rawValue) \($0.line)" } }
}

extension AuditCase.Expected {
    init(_ reader: DocumentReader) throws {
        let fields = try reader.fields(["unauthorized", "chosen", "near", "findings"])
        unauthorized = try fields.items("unauthorized").map { item in
            let row = try item.fields(["address", "steps", "reason"])
            if let reason = row["reason"] { reasons[try row.required("address").text()] = try reason.text() }
            return ([try row.required("address").text()] + (try row.items("steps").map { try $0.text() })).joined(separator: "\n  ")
        }
        chosen = try fields["chosen"].map { Int(try $0.number(in: 0...1000)) } ?? 0
        near = try fields.items("near").map { try $0.text() }
        findings = try fields.items("findings").map { try $0.text() }
    }
}

extension DocumentFields {
    fileprivate func required(_ key: String, else usual: DocumentValue) throws -> DocumentReader {
        self[key] ?? DocumentReader(usual, path: key)
    }
}

/// A line that a person is to type, as a shell takes it apart.
struct ShellLine {
    /// nil: it is no command of ours.
    static func words(_ line: String) -> [String]? {
        guard line.hasPrefix("mandate ") else { return nil }
        var words: [String] = []
        var word: String?
        var isQuoted = false
        for character in line {
            switch character {
            case "'":
                isQuoted.toggle()
                word = word ?? ""
            case " " where !isQuoted:
                if let word { words.append(word) }
                word = nil
            case "#" where !isQuoted && word == nil: return Array(words.dropFirst())
            case "\\" where !isQuoted: continue  // as '\'' is the only writing with one
            default: word = (word ?? "") + String(character)
            }
        }
        return Array((words + [word].compactMap(\.self)).dropFirst())
    }

    /// With something in the place of each word that only an administrator knows. `file`: one that is there.
    static func filled(_ words: [String], file: String = "/dev/null") -> [String] {
        let values = [
            "ADDRESS": "tracker@example.org", "USER-OR-ADDRESS": "tracker", "USER": "tracker", "GRANT": "staff", "APPLICATION": "tracker",
            "DATE": "2028-01-01", "YYYY-MM-DD": "2028-01-01", "FILE": file, "VALUE": "tracker", "PROGRAM": "/bin/true", "NAME": "x",
            "MAILBOX": "tracker@example.org", "@DOMAIN": "@example.org", "ARGUMENTS": "x", "TENANT": "contoso.example", "ID": "x1",
            "DOMAIN": "example.org", "HOST:PORT": "mail.example.org:587", "URL": "https://id.example.org",
        ]
        return words.map { word in
            if let value = values[word] { return value }
            return word.hasPrefix("smtp=SCOPE") ? "smtp=send" : word
        }
    }
}
