internal import ArgumentParser
internal import Relay
internal import Store

struct ProvidersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "providers", abstract: "Mail services: where their endpoints are and what they are known to do.",
        discussion: """
            A store starts with microsoft and its national clouds, and google. Any other service that takes SMTP with OAuth2 can be added or imported, and \
            everything of each can be changed.

            Examples:
              mandate providers list
              mandate providers add house --issuer https://login.example.org --smtp mail.example.org:587 --scope smtp=mail.send
            """,
        subcommands: [List.self, Show.self, Add.self, Set.self, Import.self, Trust.self, Reset.self, Remove.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List providers, where each comes from, and whether secrets go there.",
            discussion: """
                The origin is built-in, changed (a built-in one that is not as the catalogue has it) or own.

                Example:
                  mandate providers list --format json
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let columns: [Column] = ["id", .spare("kind"), "name", "origin", "trusted", "smtp", .spare("token_endpoint")]
                var listing = try form.listing(columns, live)
                for provider in try await store.directory(of: DirectorySlice()).allProviders.sorted(by: { $0.id < $1.id }) {
                    listing.add([
                        .text(provider.id.text), .text(provider.kind.rawValue), .text(provider.name), .text(provider.origin),
                        .flag(provider.mayReceiveSecrets), Cell(provider.smtp?.description), .text(provider.tokenEndpoint),
                    ])
                }
                listing.finish()
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show all that is known of one provider.",
            discussion: """
                Example:
                  mandate providers show microsoft
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var format: FormatOption
        @Argument(help: "Id or name.") var provider: String

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let provider = try await store.find(Provider.self, provider)
                var sheet = provider.sheet
                sheet.add("used_by", .list(try await store.references(to: provider.entity.key).map(\.description)))
                sheet.write(format.format, to: live.standardOutput)
            }
        }
    }
}
