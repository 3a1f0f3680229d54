internal import ArgumentParser
internal import Mail
internal import Relay
internal import Store

extension MailboxesCommand {
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lift what stopped a mailbox: mail tries it again at once.",
            discussion: """
                A mailbox, or one of its transports, is stopped for a while when its provider refuses it altogether. `check` lifts that when a sign-in works, and \
                `check --outgoing` when a message does; this lifts it on your word. Of a family, all its addresses are meant, or the one that is named.

                Examples:
                  mandate mailboxes resume tracker@example.org
                  mandate mailboxes resume tracker@example.org --over graph
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "By address, login, id, or a family's name.") var mailbox: String
        @Option(
            help: "Only what stopped this transport, or all of them.", completion: .list(Transport.allCases.map(\.rawValue)))
        var over: String?

        func run() async throws {
            try await options.change(.current) { opened in
                var slice = DirectorySlice()
                slice.add(address: mailbox)
                try await opened.carryOut(slice, calling: MailboxesCommand.options) { try $0.resume(mailbox, over: over) }
            }
        }
    }
}
