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
    @Option(help: "notification, ad-hoc or administrator; without it the From field says who the author is.") var purpose: String?
    @Option(help: "The application's current user, by id.") var user: String?
    @Option(help: "Send as this client, with its limits and defaults.") var client: String?
    @Option(name: [.customLong("sender"), .customShort("f")], help: "The envelope sender; <> for none.") var sender: String?
    @Option(name: .customLong("to"), help: "A recipient; repeat it. Without any, the header's To, Cc and Bcc say it.") var recipients: [String] = []

    func run() async throws {
        let live = Live.current
        let opened = try await options.open(live)
        var submission = Submission()
        submission.purpose = try purpose.map(Wanted.purpose)
        submission.user = try user.map(Wanted.userID)
        submission.client = try await Wanted.client(client, in: opened.store)
        submission.envelopeSender = try sender.map { try ReversePath($0 == "<>" ? "" : $0) }
        submission.recipients = try recipients.map { Recipient(address: try EmailAddress($0)) }
        let decider = StoreDecider(store: opened.store)
        var stage = AcceptStage(
            submission,
            AcceptStage.Surroundings(
                store: opened.store, decider: { question throws(StoreFailure) in try await decider.decider(for: question) },
                now: live.now, generator: live.generator, domain: live.hostDomain))
        let input = InputPieces.standardInput
        while case let piece = try await input.next(), !piece.isEmpty { try await stage.consume(piece) }
        let receipt = try await stage.finish()
        live.output(receipt.id.text)
        if let held = receipt.held { live.complain("held: \(held)") }
        try await opened.store.close()
    }
}
