internal import ArgumentParser
internal import Mail
internal import Relay
internal import Store

struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "The application's users, their addresses, and which of these are on.",
        discussion: """
            A user is known by the id the application has for them, which may look like an address. The first address is the primary one: mail whose \
            author is the user is from there.

            Examples:
              mandate users add ann --name "Ann Lee" --address ann@example.org
              mandate users import users.csv
            """,
        subcommands: [List.self, Show.self, Add.self, Set.self, Remove.self, Import.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List users in the order of their ids.",
            discussion: """
                Examples:
                  mandate users list
                  mandate users list --format csv >users.csv
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let columns: [Column] = ["id", "name", "address", .spare("login"), .spare("further_addresses"), .spare("off")]
                var listing = try form.listing(columns, live)
                try await store.each(User.self) { user in
                    let further = user.addresses.dropFirst().map(\.address.description)
                    let off = user.addresses.filter { !$0.isOn }.map(\.address.description)
                    listing.add([
                        .text(user.id.text), .text(user.name), Cell(user.primaryAddress?.address.description), Cell(user.login),
                        .list(further),
                        .list(off),
                    ])
                }
                listing.finish()
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one user.",
            discussion: """
                Example:
                  mandate users show ann@example.org
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var format: FormatOption
        @Argument(help: "Id, address or unique name.") var user: String

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let user = try await store.directory(of: store.slice(ofUser: user)).find(User.self, user)
                var sheet = Sheet()
                sheet.add("id", .text(user.id.text))
                sheet.add("name", .text(user.name))
                sheet.add("login", Cell(user.login))
                sheet.add("primary_address", Cell(user.primaryAddress?.address.description))
                sheet.add("addresses", .list(user.addresses.map { $0.address.description }))
                sheet.add("off", .list(user.addresses.filter { !$0.isOn }.map { $0.address.description }))
                sheet.add("used_by", .list(try await store.references(to: user.entity.key).map(\.description)))
                sheet.write(format.format, to: live.standardOutput)
            }
        }
    }
}
