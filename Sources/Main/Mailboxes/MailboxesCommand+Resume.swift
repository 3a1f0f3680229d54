internal import ArgumentParser
internal import Mail
internal import Relay
internal import SQLiteStore

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
        @Option(help: "Only what stopped this transport, or all of them.") var over: Transport?

        func run() async throws {
            let live = Live.current
            try await options.change(live) { opened in
                let directory = try await opened.store.directory()
                let snapshot = Snapshot(directory: directory, conditions: try await opened.store.conditions(of: []))
                let lifted: [Observation]
                let key: EntityKey
                if case .family(let family)? = try? await Finder(store: opened.store).account(mailbox) {
                    key = family.entity.key
                    lifted = snapshot.resuming(.family(family.id), over: over, at: live.now())
                } else {
                    let found = try await opened.mailbox(mailbox)
                    key = found.entity.key
                    lifted = directory.account(of: found).map { snapshot.conditions.lifting($0, over: over) } ?? []
                }
                guard !lifted.isEmpty else { return live.say("unchanged: nothing stops \(mailbox)") }
                try await opened.observe(lifted, of: key, "resumed")
                live.say("resumed: mail tries \(mailbox) again")
            }
        }
    }
}
