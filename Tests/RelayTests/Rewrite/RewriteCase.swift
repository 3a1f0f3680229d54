import Foundation
import Mail
import Relay
import TestSupport

/// One message and how it leaves: `Fixtures/rewrite/<case>/{in.eml, case.yaml, out.eml}`. The files have LF for the eye; the tests make CRLF.
struct RewriteCase {
    let decider: Decider
    let expected: DocumentFields
    private let purpose: Purpose?
    private let user: UserID?
    private let envelopeSender: ReversePath?
    private let takesNullSender: Bool

    init(_ folder: FixtureFolder) throws {
        let root = try DocumentReader(DocumentValue(yaml: folder.text("case.yaml")), path: folder.name)
            .fields(["directory", "with", "question", "takes_null_sender", "expect"])
        var value = try DocumentValue(yaml: folder.text(root.required("directory").line()))
        if let change = root["with"] { value = value.overlaid(by: change.value) }
        let document = try DirectoryDocument(value)
        decider = Decider(directory: document.directory, conditions: document.conditions)
        let question = try root["question"]?.fields(["purpose", "user", "envelope_sender"])
        purpose = try question?["purpose"]?.choice(Purpose.self)
        user = try question?["user"].map { UserID(trusted: try $0.text()) }
        envelopeSender = try question?["envelope_sender"].map { try ReversePath(try $0.text()) }
        takesNullSender = try root.flag("takes_null_sender", default: false)
        expected = try root.required("expect").fields(["route", "changed", "envelope", "refused"])
    }

    /// What a message comes to on its way through Accept, Decide and Rewrite.
    struct Passage {
        let settled: HeaderBlock
        let decision: Decision
        let circumstances: Rewriter.Circumstances
        let body: [UInt8]

        func rewritten() throws(Refusal) -> Rewritten { try Rewriter.rewrite(settled, decision, circumstances) }
    }

    func passage(of message: [UInt8], in chunks: Int = .max) throws -> Passage {
        let (header, body) = try MessageParts.split(message, in: chunks)
        var generator = CountingGenerator()
        let settled = SettledHeader(try HeaderBlock(header), at: DecideCase.usualTime, domain: try Domain("example.org"), using: &generator)
        let question = Question(
            purpose: purpose, user: user, from: settled.from, envelopeSender: envelopeSender, at: DecideCase.usualTime)
        guard case .decided(let decision) = decider.decide(question) else { throw NotDecided() }
        let circumstances = Rewriter.Circumstances(
            isAutomatic: settled.isAutoSubmitted || envelopeSender == .null, envelopeSender: envelopeSender,
            providerTakesNullSender: takesNullSender, redirection: try redirection(settled))
        return Passage(settled: settled.header, decision: decision, circumstances: circumstances, body: body)
    }

    /// As the directory's `delivery` says; the recipients are those that the header names.
    private func redirection(_ settled: SettledHeader) throws -> Rewriter.Redirection? {
        guard case .redirect(let address) = decider.directory.delivery(of: nil).delivery else { return nil }
        return Rewriter.Redirection(to: address, insteadOf: try settled.recipients().map(\.address))
    }

    struct NotDecided: Error {}
}

/// A message cut where its header ends, as Accept does it.
enum MessageParts {
    static func split(_ message: [UInt8], in size: Int = .max) throws -> (header: [UInt8], body: [UInt8]) {
        var form = AcceptedForm()
        var splitter = HeaderSplitter()
        var header: [UInt8]?
        var body: [UInt8] = []
        var start = 0
        while start < message.count {
            let end = size < message.count - start ? start + size : message.count
            let piece = try form.consume(Array(message[start..<end]))
            start = end
            if header != nil {
                body += piece
            } else if let split = try splitter.consume(piece) {
                header = split.header
                body += piece.dropFirst(split.bytesOfChunk)
            }
        }
        _ = try form.finish()
        return (try header ?? splitter.finish(), body)
    }

    static func crlf(_ bytes: [UInt8]) -> [UInt8] { bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] } }

    static func lf(_ bytes: [UInt8]) -> [UInt8] { bytes.filter { $0 != 0x0D } }
}

/// The same numbers in every run.
struct CountingGenerator: RandomNumberGenerator {
    private var count: UInt64 = 0

    mutating func next() -> UInt64 {
        count += 1
        return count &* 0x9E37_79B9_7F4A_7C15
    }
}
