internal import ArgumentParser
internal import Mail
internal import Relay
internal import Store

struct ClientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients", abstract: "Programs that may ask or send, and what they are limited to.",
        discussion: """
            A client is known by its key, by the network it calls from, or by its uid on this machine; a person at the console also by a password. \
            Limits are purposes AND addresses.

            Examples:
              mandate clients add batchmail --key --purpose notification --purpose ad-hoc
              mandate clients add printer --network 192.0.2.17 --address scan@example.org --author-if-unusable scan@example.org
            """,
        subcommands: [
            List.self, Show.self, Add.self, Limit.self, RoleCommand.self, Tokens.self, Rekey.self, Password.self, Revoke.self, Remove.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List clients, their limits, and the mailboxes whose tokens they may have.",
            discussion: """
                Example:
                  mandate clients list
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let columns: [Column] = [
                    Column("id", isSpare: true, isWhole: true), "name", "known_by", "roles", .spare("purposes"), "addresses", "tokens",
                    "enabled",
                ]
                var listing = try form.listing(columns, live)
                let directory = try await store.directory(of: DirectorySlice())
                for client in directory.allClients.sorted(by: { $0.id < $1.id }) {
                    listing.add([
                        .text(client.id.text), .text(client.name), .text(client.credential.words), .list(Role.sorted(client.roles)),
                        .list(client.limits.sortedPurposes), .list(client.limits.addresses.map(\.description)),
                        .list(client.tokenRights.map { directory.words(of: $0) }), .flag(client.isEnabled),
                    ])
                }
                listing.finish()
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one client.",
            discussion: """
                Its key cannot be shown: only its SHA-256 is kept.

                Example:
                  mandate clients show printer
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var format: FormatOption
        @Argument(help: "Id or name.") var client: String

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let directory = try await store.directory(of: DirectorySlice())
                let client = try directory.find(Client.self, client)
                var sheet = Sheet()
                sheet.add("id", .text(client.id.text))
                sheet.add("name", .text(client.name))
                sheet.add("known_by", .text(client.credential.words))
                sheet.add("roles", .list(Role.sorted(client.roles)))
                sheet.add("tokens", .list(client.tokenRights.map { directory.words(of: $0) }))
                sheet.add("purposes", .list(client.limits.sortedPurposes))
                sheet.add("addresses", .list(client.limits.addresses.map(\.description)))
                sheet.add("default_purpose", Cell(client.defaultPurpose?.rawValue))
                sheet.add("default_user", Cell(client.defaultUser?.text))
                sheet.add("author_if_unusable", Cell(client.authorIfUnusable?.description))
                sheet.add("notice_address", Cell(client.noticeAddress?.description))
                sheet.add("strict", .flag(client.isStrict))
                if !client.quota.isEmpty {
                    let use = try await store.use(of: client.id, at: live.now())
                    sheet.add("quota", .lines(client.quota.words(use)))
                }
                sheet.add("enabled", .flag(client.isEnabled))
                sheet.write(format.format, to: live.standardOutput)
            }
        }
    }
}
