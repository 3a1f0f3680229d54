internal import ArgumentParser
internal import Relay
internal import SQLiteStore

struct ProvidersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "providers", abstract: "Mail services: where their endpoints are and what they are known to do.",
        discussion: """
            A store starts with microsoft and google. Any other service that takes SMTP with OAuth2 can be added.

            Example:
              mandate providers list
            """,
        subcommands: [List.self, Show.self, Add.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List providers.",
            discussion: """
                Example:
                  mandate providers list --format json
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var format: FormatOption

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let columns = ["id", "kind", "name", "smtp", "token_endpoint"].map { Column($0) }
                var listing = Listing(columns, format.format, to: live.standardOutput)
                try await Finder(store: store).each(Provider.self) { provider in
                    listing.add([
                        .text(provider.id.text), .text(provider.kind.rawValue), .text(provider.name), Cell(provider.smtp?.words),
                        .text(provider.tokenEndpoint),
                    ])
                }
                listing.finish()
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one provider with its habits.",
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
                let provider = try await Finder(store: store).find(Provider.self, provider)
                var sheet = Sheet()
                sheet.add("id", .text(provider.id.text))
                sheet.add("kind", .text(provider.kind.rawValue))
                sheet.add("name", .text(provider.name))
                sheet.add("token_endpoint", .text(provider.tokenEndpoint))
                sheet.add("smtp", Cell(provider.smtp?.words))
                for resource in TokenResource.allCases {
                    guard let scopes = provider.scopes[resource] else { continue }
                    sheet.add("\(resource.rawValue)_scope_app_only", .text(scopes.appOnly))
                    sheet.add("\(resource.rawValue)_scope_delegated", .text(scopes.delegated))
                }
                sheet.add("refuses_several_authors", .flag(provider.habits.refusesSeveralAuthors))
                sheet.add("replaces_unlisted_from", .flag(provider.habits.replacesUnlistedFrom))
                sheet.add("propagation_minutes", .number(Int(provider.habits.propagation / 60)))
                sheet.add("takes_null_sender", .flag(provider.habits.takesNullSender))
                sheet.add("old_refresh_token_works", .flag(provider.habits.oldRefreshTokenWorks))
                sheet.add("trusts_own_authority", .flag(provider.trustedCertificates != nil))
                sheet.add("used_by", .list(try await store.references(to: provider.entity.key).map(\.description)))
                sheet.write(format.format, to: live.standardOutput)
            }
        }
    }
}

extension MailEndpoint {
    var words: String { "\(host):\(port) \(security.rawValue)" }
}
