internal import ArgumentParser
internal import Relay
internal import SQLiteStore

extension ProvidersCommand {
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change what is known of a provider, a built-in one as well.",
            discussion: """
                What is not named stays as it is. `none` clears what need not be there; NAME= takes a parameter, scope or limit away. `mandate providers reset` \
                brings a built-in provider back to the catalogue. An imported provider stays untrusted, whatever is changed.

                Examples:
                  mandate providers set microsoft --limit messages-per-minute=15 --limit connections=1
                  mandate providers set house --habit takes-null-sender=yes --scope smtp=mail.send --scope smtp.app-only=mail.send.all
                  mandate providers set house --userinfo-endpoint https://login.example.org/me --device-endpoint none --parameter prompt=
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id or name.") var provider: String
        @OptionGroup var details: ProviderOptions

        func run() async throws {
            let live = Live.current
            let changes = try details.changes(live)
            guard !changes.isEmpty else { throw CommandFailure.usage("say what to change, such as --limit messages-per-minute=30") }
            try await options.change(live) { opened in
                try await opened.edit { finder in
                    let before = try await finder.find(Provider.self, provider)
                    var after = before
                    for change in changes { change.apply(&after) }
                    if after == before { return Plan("provider \(before.title)") }
                    if after.name != before.name { try await finder.checkName(of: after) }
                    return Plan("changed provider \(after.title)", [.put(after.entity)])
                }
            }
        }
    }

    struct Reset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring a built-in provider back to the catalogue.",
            discussion: """
                Everything that was changed of it is forgotten; one that was removed is there again.

                Example:
                  mandate providers reset microsoft
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The id of a provider in the catalogue.") var provider: String

        func run() async throws {
            guard let original = Provider.builtIn.first(where: { $0.id.text == provider || $0.name == provider }) else {
                let ids = Provider.builtIn.map(\.id.text)
                throw CommandFailure.data(
                    "there is no \"\(provider)\" in the catalogue: only \(ids.joined(separator: ", ")) have something to go back to")
            }
            try await options.change(.current) { opened in
                try await opened.edit { finder in
                    let before = try await finder.store.entity(original.entity.key)
                    if before == original.entity { return Plan("provider \(original.title)") }
                    try await finder.checkName(of: original)
                    return Plan("\(before == nil ? "added" : "reset") provider \(original.title)", [.put(original.entity)])
                }
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a provider.",
            discussion: """
                With --cascade its applications and their grants and mailboxes go too, and consents are revoked where that is possible. A built-in provider is only \
                removed while nothing uses it; `mandate providers reset` brings it back.

                Example:
                  mandate providers remove house --cascade
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var cascade: CascadeOption
        @Argument(help: "Id or name.") var provider: String

        func run() async throws {
            try await options.change(.current) { opened in
                let doomed = try await Finder(store: opened.store).find(Provider.self, provider)
                let applications = try await Finder(store: opened.store).all(Application.self).filter { $0.provider == doomed.id }.map(\.id)
                let revoker = try await Revoker(opened) { applications.contains($0.application) }
                try await opened.edit { finder in
                    let provider = try await finder.find(Provider.self, doomed.id.text)
                    let users = try await finder.store.references(to: provider.entity.key)
                    guard provider.original == nil || users.isEmpty else {
                        throw CommandFailure.data(
                            "\(provider.title) is built in and used by \(users.count == 1 ? users[0].description : "\(users.count) applications"): remove those first"
                        )
                    }
                    return try await finder.removal(of: [provider.entity.key], "provider \(provider.title)", cascades: cascade.cascade)
                }
                try await revoker.run()
            }
        }
    }
}
