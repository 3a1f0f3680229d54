internal import ArgumentParser
internal import Mail
internal import Relay

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
        subcommands: [List.self, Show.self, Add.self, Limit.self, RoleCommand.self, Tokens.self, Revoke.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List clients and their limits.",
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
                    Column("id", isSpare: true, isWhole: true), "name", "known_by", "roles", .spare("purposes"), "addresses", "enabled",
                ]
                var listing = try form.listing(columns, live)
                try await Finder(store: store).each(Client.self) { client in
                    listing.add([
                        .text(client.id.text), .text(client.name), .text(client.credential.words), .list(Role.sorted(client.roles)),
                        .list(client.limits.sortedPurposes),
                        .list(client.limits.addresses.map(\.description)), .flag(client.isEnabled),
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
                let client = try await Finder(store: store).find(Client.self, client)
                var sheet = Sheet()
                sheet.add("id", .text(client.id.text))
                sheet.add("name", .text(client.name))
                sheet.add("known_by", .text(client.credential.words))
                sheet.add("roles", .list(Role.sorted(client.roles)))
                sheet.add("tokens", .list(client.tokenRights.map(\.words)))
                sheet.add("purposes", .list(client.limits.sortedPurposes))
                sheet.add("addresses", .list(client.limits.addresses.map(\.description)))
                sheet.add("default_purpose", Cell(client.defaultPurpose?.rawValue))
                sheet.add("default_user", Cell(client.defaultUser?.text))
                sheet.add("author_if_unusable", Cell(client.authorIfUnusable?.description))
                sheet.add("notice_address", Cell(client.noticeAddress?.description))
                sheet.add("strict", .flag(client.isStrict))
                sheet.add("enabled", .flag(client.isEnabled))
                sheet.write(format.format, to: live.standardOutput)
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shut a client out; it stays listed, since the journal speaks of it.",
            discussion: """
                `mandate clients add` with the same name lets it in again, with a new key.

                Example:
                  mandate clients revoke printer
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id or name.") var client: String

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.edit { finder in
                    var client = try await finder.find(Client.self, client)
                    guard client.isEnabled else { return Plan("client \(client.title) is revoked") }
                    client.isEnabled = false
                    return Plan("revoked client \(client.title)", [.put(client.entity)])
                }
            }
        }
    }
}

extension Client.Credential {
    var words: String {
        switch self {
        case .key: "key"
        case .network(let network): "network \(network)"
        case .uid(let uid): "uid \(uid)"
        case .password: "password"
        }
    }
}

extension Client.TokenRight {
    fileprivate var words: String {
        let row =
            switch row {
            case .mailbox(let id): id.text
            case .family(let id): "family \(id)"
            }
        return coversWholeGrant ? "\(row) (whole grant)" : row
    }
}

extension Client.Limits {
    /// In the order of their declaration, which is the order people know them in.
    var sortedPurposes: [String] { Purpose.allCases.filter(purposes.contains).map(\.rawValue) }
}
