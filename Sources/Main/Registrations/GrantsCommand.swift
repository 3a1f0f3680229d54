internal import ArgumentParser
internal import Relay
internal import Store

struct GrantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grants", abstract: "What tokens are had from: client credentials, or a person's consent.",
        discussion: """
            An app-only grant opens many mailboxes with the application's own credentials, a service account's key those of a whole Workspace. A consent grant \
            opens one person's mailbox and keeps a refresh token. A command grant asks another program.

            Examples:
              mandate grants add staff --application tracker --kind app-only
              mandate grants add ann --application tracker --kind consent --principal ann@example.org
              mandate grants authorize ann
            """,
        subcommands: [List.self, Show.self, Add.self, Set.self, AuthorizeCommand.self, Letter.self, Forget.self, Remove.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List grants and how they are.",
            discussion: """
                Example:
                  mandate grants list
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let columns: [Column] = [
                    Column("id", isSpare: true, isWhole: true), "name", "kind", .spare("application"), "principal", .spare("enabled"),
                    "health",
                ]
                var listing = try form.listing(columns, live)
                let report = try await store.healthReport(live)
                for grant in try await store.directory(of: DirectorySlice()).allGrants.sorted(by: { $0.id < $1.id }) {
                    listing.add([
                        .text(grant.id.text), .text(grant.name), .text(grant.kind.rawValue), .text(grant.application.text),
                        Cell(grant.principal), .flag(grant.isEnabled), .text(report.health(of: grant).words),
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
                let grant = try await store.find(Grant.self, grant)
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
                if grant.kind != .serviceAccount {
                    var tokens: [String] = []
                    for resource in TokenResource.allCases {
                        guard let token = try await store.token(TokenKey(grant: grant.id, resource: resource)) else { continue }
                        tokens.append("\(resource.rawValue) until \(token.expires.minute)")
                    }
                    sheet.add("tokens", .list(tokens))
                }
                sheet.add("consented_by", Cell(grant.pin?.description))
                sheet.add("granted", Cell(try await store.uses()[grant.id]?.scope))
                if !grant.command.isEmpty { sheet.add("command", .text(grant.command.map(\.shellWord).joined(separator: " "))) }
                sheet.add(try await store.healthReport(live).health(of: grant), live)
                sheet.add("used_by", .list(try await store.references(to: grant.entity.key).map(\.description)))
                sheet.write(format.format, to: live.standardOutput)
            }
        }
    }
}
