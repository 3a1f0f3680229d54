internal import ArgumentParser
internal import Relay
internal import Store

struct VaultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault", abstract: "The key that refresh tokens, client secrets and private keys are sealed under.",
        discussion: """
            Secrets lie in the store sealed with AES-256-GCM, each bound to its row; the key is not in the store, but in a file, a systemd credential or the \
            environment (`mandate init --help`).

            Example:
              mandate vault status
            """,
        subcommands: [Status.self, Rotate.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show where the key is, and how much is sealed under it.",
            discussion: """
                Keys are named by an id that reveals nothing of them.

                Example:
                  mandate vault status --format json
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var format: FormatOption

        func run() async throws {
            let live = Live.current
            try await options.change(live) { opened in
                let source = try KeySource(for: try options.location(live).folder, live)
                let ids = try source.keys(live).map { try Vault(key: $0).keyID }
                let current = opened.vault.keyID
                let counts = try await opened.store.sealedCounts()
                var sheet = Sheet()
                sheet.add("source", .text(source.name))
                sheet.add("key", .text(current))
                sheet.add("keys_at_hand", .list(ids))
                for kind in SecretName.Kind.allCases {
                    let ours = counts.filter { $0.kind == kind }
                    let count = ours.reduce(0) { $0 + $1.count }
                    sheet.add(kind.rawValue.split(separator: "-").joined(separator: "_") + "s", .number(count))
                }
                let others = counts.filter { $0.keyID != current }
                let words = others.map { "\($0.count) \($0.kind.rawValue) under \($0.keyID)" }
                sheet.add("under_other_keys", .list(words))
                let isUnfinished = !others.isEmpty || Set(ids).count > 1
                sheet.add("rotation", .text(isUnfinished ? "unfinished: `mandate vault rotate` goes on with it" : "none under way"))
                sheet.write(format.format, to: live.standardOutput)
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a new key in the place of the old one, while everything runs.",
            discussion: """
                A new key is made, every secret is sealed anew, and the old key is removed. Services need no restart and mail does not wait. If it is \
                cut short, whenever that is, run it again and it goes on. A key in MANDATE_KEY or a systemd credential cannot be written from here: put the new \
                one after the old one there, run this, and take the old one out.

                A backup of the store from before needs the key from before: keep that key as long as the backup.

                Example:
                  mandate vault rotate
                """)
        @OptionGroup var options: StoreOptions

        func run() async throws {
            let live = Live.current
            let (source, outcome) = try await options.change(live) { opened in
                let source = try KeySource(for: try options.location(live).folder, live)
                return (source, try await KeyRotation(opened, source).run())
            }
            live.say(
                "\(outcome.count) secrets are sealed under the key \(outcome.to)"
                    + (outcome.dropped == 0 ? "" : "; \(outcome.dropped) tokens could not be opened and are had anew"))
            guard outcome.unreadable.isEmpty else {
                let names = outcome.unreadable.prefix(5).map(\.description).joined(separator: ", ")
                throw CommandFailure.data(
                    "\(outcome.unreadable.count) secrets do not open with any key at hand and stay as they are (\(names)); the old key was kept"
                )
            }
            switch source {
            case .file(let path): live.say("the old key \(outcome.from) was removed from \(path); backups from before need it")
            case .credential, .environment:
                live.say("take the old key \(outcome.from) out of \(source.name) now; backups from before need it")
            }
        }
    }
}
