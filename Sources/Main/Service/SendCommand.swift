internal import ArgumentParser
internal import Mail
internal import Relay

struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Hand over a message.",
        discussion: """
            Reads a message from standard input, decides whose it is and how it leaves, and keeps it durably; the running service sends it. Prints
            the id it can be asked for with `mandate queue show`. A message that uses LF throughout is taken as it would stand with CRLF.

            Examples:
              mandate send --purpose notification --to ann@example.org <message.eml
              mandate send --purpose ad-hoc --user bob <message.eml      recipients from To, Cc and Bcc
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "notification, ad-hoc or administrator; without it the From field says who the author is.") var purpose: Purpose?
    @Option(help: "The application's current user, by id.", transform: Parse.userID) var user: UserID?
    @Option(help: "Send as this client, with its limits and defaults.") var client: String?
    @Option(name: [.customLong("sender"), .customShort("f")], help: "The envelope sender; <> for none.", transform: Self.reversePath)
    var sender: ReversePath?
    @Option(name: .customLong("to"), help: "A recipient; repeat it. Without any, To, Cc and Bcc say it.", transform: Parse.address)
    var recipients: [EmailAddress] = []

    @Sendable private static func reversePath(_ text: String) throws -> ReversePath {
        text == "<>" || text.isEmpty ? .null : .address(try EmailAddress(text))
    }

    func run() async throws {
        let live = Live.current
        let receipt = try await options.change(live) { opened in
            var submission = Submission(purpose: purpose, user: user, envelopeSender: sender)
            if let client { submission.client = try await opened.store.find(Client.self, client) }
            submission.recipients = recipients.map { Recipient(address: $0) }
            let decider = StoreDecider(store: opened.store)
            let surroundings = AcceptStage.Surroundings(
                store: opened.store, decider: { question throws(StoreFailure) in try await decider.decider(for: question) },
                now: live.now, generator: { live.generator }, domain: try live.hostDomain)
            return try await hand(over: InputFile("-", live), AcceptStage(submission, surroundings))
        }
        live.output(receipt.id.text)
        if let reason = live.standardOutput.trouble {
            live.complain(
                "the message was accepted as \(receipt.id.text), though standard output could not be written: \(SystemError.text(reason))")
            // A caller who saw a failure would hand the message over again, and it would arrive twice.
            throw ExitStatus.success
        }
        if let hindrance = receipt.hindrance { live.complain(hindrance) }
        if case .decided(let decision) = receipt.answer, decision.route == .replyTo,
            case let better = decision.explanation.steps.filter({ if case .struck = $0 { true } else { false } }).map(\.description),
            !better.isEmpty
        {
            live.say("the author goes to Reply-To, through \(decision.mailbox.login): " + better.joined(separator: "; "))
        }
    }

    private func hand(over input: consuming InputFile, _ stage: consuming AcceptStage) async throws -> Receipt {
        do {
            while case let piece = try input.read(), !piece.isEmpty { try await stage.consume(piece) }
        } catch {
            await stage.discard()
            throw error
        }
        return try await stage.finish()
    }
}
