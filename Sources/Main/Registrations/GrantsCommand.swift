internal import ArgumentParser
internal import Relay
internal import SQLiteStore

struct GrantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grants", abstract: "What tokens are had from: client credentials, or a person's consent.",
        discussion: """
            An app-only grant opens many mailboxes with the application's own credentials. A consent grant opens one person's mailbox, and keeps a refresh \
            token, which this version takes from elsewhere.

            Examples:
              mandate grants add staff --application tracker --kind app-only
              mandate grants add ann --application tracker --kind consent --principal ann@example.org --refresh-token-from token.txt
            """,
        subcommands: [List.self, Show.self, Add.self, Set.self, Remove.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List grants and how they are.",
            discussion: """
                Example:
                  mandate grants list
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var format: FormatOption

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let columns = ["id", "name", "kind", "application", "principal", "enabled", "health"].map { Column($0) }
                var listing = Listing(columns, format.format, to: live.standardOutput)
                let conditions = try await store.conditions(of: [])
                try await Finder(store: store).each(Grant.self) { grant in
                    listing.add([
                        .text(grant.id.text), .text(grant.name), .text(grant.kind.rawValue), .text(grant.application.text),
                        Cell(grant.principal), .flag(grant.isEnabled), .text(HealthWords.of(grant, conditions)),
                    ])
                }
                listing.finish()
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one grant.",
            discussion: """
                Example:
                  mandate grants show staff
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var format: FormatOption
        @Argument(help: "Id or name.") var grant: String

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let grant = try await Finder(store: store).find(Grant.self, grant)
                var sheet = Sheet()
                sheet.add("id", .text(grant.id.text))
                sheet.add("name", .text(grant.name))
                sheet.add("kind", .text(grant.kind.rawValue))
                sheet.add("application", .text(grant.application.text))
                sheet.add("principal", Cell(grant.principal))
                sheet.add("enabled", .flag(grant.isEnabled))
                if grant.kind == .consent {
                    sheet.add("has_refresh_token", .flag(try await store.secret(SecretName(.refreshToken, of: grant.id.text)) != nil))
                }
                let token = try await store.token(TokenKey(grant: grant.id, resource: .smtp))
                sheet.add("token_expires", Cell(token?.expires))
                sheet.add("health", .text(HealthWords.of(grant, try await store.conditions(of: []))))
                sheet.add("used_by", .list(try await store.references(to: grant.entity.key).map(\.description)))
                sheet.write(format.format, to: live.standardOutput)
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a grant, its refresh token and its tokens.",
            discussion: """
                The provider does not hear of it: a consent is withdrawn there.

                Example:
                  mandate grants remove ann --cascade
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var cascade: CascadeOption
        @Argument(help: "Id or name.") var grant: String

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.edit { finder in
                    let grant = try await finder.find(Grant.self, grant)
                    return try await finder.removal(of: [grant.entity.key], "grant \(grant.title)", cascades: cascade.cascade)
                }
            }
        }
    }
}
