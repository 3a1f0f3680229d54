internal import ArgumentParser
internal import Mail
internal import Relay

struct RewriteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rewrite", abstract: "Read a message and write it as it would leave, byte for byte.",
        discussion: """
            Decides as `mandate decide` does and rewrites From, Sender and Reply-To accordingly; everything else comes out as it came in. Nothing is
            sent, and nothing in the store changes. A message that uses LF throughout comes out with CRLF, as it would leave.

            Examples:
              mandate rewrite --purpose notification <message.eml >leaves.eml
              mandate rewrite --directory company.yaml --explain <message.eml
            """)

    @OptionGroup var asked: QuestionOptions
    @Flag(help: "Say on standard error which rules were tried, and what the envelope sender is.") var explain = false

    func validate() throws {
        if asked.directory == "-" { throw ValidationError("standard input is the message: give --directory a file") }
    }

    func run() async throws {
        let live = Live.current
        let input = try InputFile("-", live)
        let message = try MessageHeader(from: input, live)
        let asked = try await asked.answer(about: AskedContent(message, to: [], size: nil), live)
        if explain { live.standardError.write(AnswerReport.lines(asked.answer)) }
        switch asked.answer {
        case .later(_, let refusal), .refused(let refusal): throw refusal
        case .hold(_, let refusal): throw CommandFailure(.temporary, "the message would be held: \(refusal.sentence)")
        case .decided where asked.delivery == .hold: throw CommandFailure(.temporary, "the message would be held: delivery is hold")
        case .decided(let decision): try write(message, decision, asked, input, live)
        }
    }

    private func redirection(_ message: MessageHeader, _ delivery: Delivery) throws -> Rewriter.Redirection? {
        guard case .redirect(let address) = delivery else { return nil }
        return Rewriter.Redirection(to: address, insteadOf: try message.settled.recipients().map(\.address))
    }

    /// The header is small and made anew; the body goes from piece to piece, and no more than one is ever held.
    private func write(
        _ message: MessageHeader, _ decision: Decision, _ asked: Asked, _ input: borrowing InputFile, _ live: Live
    ) throws {
        let circumstances = Rewriter.Circumstances(
            isAutomatic: message.settled.isAutoSubmitted || self.asked.sender == .null, envelopeSender: self.asked.sender,
            providerTakesNullSender: asked.providerTakesNullSender, redirection: try redirection(message, asked.delivery))
        let rewritten = try Rewriter.rewrite(message.settled.header, decision, circumstances)
        if explain { live.say("the envelope sender is \(rewritten.envelopeSender)") }
        live.standardOutput.write(rewritten.header.bytes + [0x0D, 0x0A])
        live.standardOutput.write(Array(message.body))
        var form = message.form
        while case let piece = try input.read(), !piece.isEmpty { live.standardOutput.write(try form.consume(piece)) }
        _ = try form.finish()
    }
}
