internal import ArgumentParser
internal import Relay
internal import Store

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
            let patch = try details.patch(.current).entries
            guard !patch.isEmpty else { throw CommandFailure.usage("say what to change, such as --limit messages-per-minute=30") }
            try await options.change(.current) { opened in
                let key = try await opened.store.find(Provider.self, provider).entity.key
                try await opened.carryOut(calling: ProviderOptions.options) { try $0.change(key, by: patch) }
            }
        }
    }

    struct Reset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring a built-in provider back to the catalogue.",
            discussion: """
                Everything that was changed of it is forgotten; one that is missing is there again.

                Example:
                  mandate providers reset microsoft
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The id of a provider in the catalogue.") var provider: String

        func run() async throws {
            try await options.change(.current) { try await $0.carryOut { try $0.reset(provider) } }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a provider.",
            discussion: """
                With --cascade its applications and their grants and mailboxes go too, and consents are revoked where that is possible. A built-in provider stays; \
                `mandate providers reset` undoes what was changed of it.

                Example:
                  mandate providers remove house --cascade
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var cascade: CascadeOption
        @Argument(help: "Id or name.") var provider: String

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.remove(try await opened.store.find(Provider.self, provider).entity.key, cascade)
            }
        }
    }
}
