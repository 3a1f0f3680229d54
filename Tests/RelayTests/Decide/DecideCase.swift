import Foundation
import Mail
import Relay
import TestSupport
import Yams

/// One question to a directory, and the answer that is expected: `Fixtures/decide/<case>/case.yaml`.
struct DecideCase {
    let decider: Decider
    let question: Question
    let expected: DocumentReader

    init(_ folder: FixtureFolder) throws {
        let root = try DocumentReader(DocumentValue(yaml: folder.text("case.yaml")), path: folder.name)
            .fields(["directory", "with", "transports", "at", "question", "expect"])
        var value = try DocumentValue(yaml: folder.text(root.required("directory").line()))
        if let change = root["with"] { value = value.overlaid(by: change.value) }
        let document = try DirectoryDocument(value)
        let directory = document.directory
        var transports = Set(Transport.allCases)
        if let list = root["transports"] { transports = Set(try list.items().map { try $0.choice(Transport.self) }) }
        decider = Decider(directory: directory, conditions: document.conditions, transports: transports)
        let at = try root["at"]?.date() ?? Self.usualTime
        question = try Self.question(root.required("question"), directory, at: at)
        expected = try root.required("expect")
    }

    /// 2026-11-23T12:00:00Z, a Monday.
    static let usualTime = Date(timeIntervalSince1970: 1_795_435_200)

    static func question(_ reader: DocumentReader, _ directory: Directory, at: Date) throws -> Question {
        let fields = try reader.fields(["purpose", "user", "from", "envelope_sender", "client"])
        var client: Client?
        if let name = fields["client"] {
            guard let found = try directory.client(ClientID(trusted: name.text())) else { throw name.problem("there is no such client") }
            client = found
        }
        return Question(
            purpose: try fields["purpose"]?.choice(Purpose.self), user: try fields["user"].map { UserID(trusted: try $0.text()) },
            from: try fields["from"].map { Question.FromField(try $0.text().utf8) } ?? .absent,
            envelopeSender: try fields["envelope_sender"].map { try ReversePath(try $0.text()) }, client: client, at: at)
    }
}

extension DocumentValue {
    init(yaml: String) throws { self = try YAMLDecoder().decode(DocumentValue.self, from: yaml) }
}
