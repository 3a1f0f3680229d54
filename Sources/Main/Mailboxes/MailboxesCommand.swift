internal import ArgumentParser
internal import Mail
internal import Relay
internal import Store

struct MailboxesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mailboxes", abstract: "Accounts that messages are sent through, single ones and families.",
        discussion: """
            A family is @domain or a list of addresses below an app-only or service-account grant: each address in it is a mailbox of its own.

            Examples:
              mandate mailboxes add tracker@example.org --grant tracker
              mandate mailboxes add --family @example.org --grant staff
              mandate mailboxes check tracker@example.org
            """,
        subcommands: [List.self, Show.self, Add.self, Set.self, Check.self, Resume.self, Remove.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List mailboxes and families.",
            discussion: """
                Example:
                  mandate mailboxes list --format csv
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let columns: [Column] = [
                    Column("id", isSpare: true, isWhole: true), .spare("kind"), "address", .spare("login"), .spare("grant"),
                    .spare("transports"),
                    "enabled", "health",
                ]
                var listing = try form.listing(columns, live)
                let report = try await store.healthReport(live)
                let directory = try await store.directory(of: DirectorySlice())
                for mailbox in directory.allMailboxes.sorted(by: { $0.id < $1.id }) {
                    listing.add([
                        .text(mailbox.id.text), .text("mailbox"), .text(mailbox.address.description), .text(mailbox.login),
                        .text(mailbox.grant.text), .list(mailbox.transports.map(\.rawValue)), .flag(mailbox.isEnabled),
                        .text(report.health(of: mailbox).words),
                    ])
                }
                for family in directory.allFamilies.sorted(by: { $0.id < $1.id }) {
                    listing.add([
                        .text(family.id.text), .text("family"), .list(family.members.map(\.description)), .none, .text(family.grant.text),
                        .list(family.transports.map(\.rawValue)), .flag(family.isEnabled), .text(report.health(of: family).words),
                    ])
                }
                listing.finish()
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one mailbox or family, and for whom it may send.",
            discussion: """
                Example:
                  mandate mailboxes show tracker@example.org
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var format: FormatOption
        @Argument(help: "Id, address, login, or a family's name.") var mailbox: String

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let entity = try await store.directory(of: DirectorySlice()).mailboxOrFamily(mailbox)
                let report = try await store.healthReport(live)
                var sheet = Sheet()
                switch entity {
                case .mailbox(let mailbox):
                    sheet.add("id", .text(mailbox.id.text))
                    sheet.add("address", .text(mailbox.address.description))
                    sheet.add("login", .text(mailbox.login))
                    sheet.add("grant", .text(mailbox.grant.text))
                    sheet.add("transports", .list(mailbox.transports.map(\.rawValue)))
                    sheet.add("read", .flag(mailbox.isRead))
                    sheet.add("enabled", .flag(mailbox.isEnabled))
                    let delegations = try await store.directory().allDelegations.filter { $0.mailbox == mailbox.id }
                    sheet.add("may_send_for", .list(delegations.map { "\($0.covers) (\($0.kind.rawValue))" }))
                    sheet.add(report.health(of: mailbox), live)
                case .family(let family):
                    sheet.add("id", .text(family.id.text))
                    sheet.add("name", .text(family.name))
                    sheet.add("members", .list(family.members.map(\.description)))
                    sheet.add("grant", .text(family.grant.text))
                    sheet.add("transports", .list(family.transports.map(\.rawValue)))
                    sheet.add("enabled", .flag(family.isEnabled))
                    sheet.add(report.health(of: family), live)
                case .setting, .user, .provider, .application, .grant, .delegation, .deny, .client: break
                }
                sheet.add("used_by", .list(try await store.references(to: entity.key).map(\.description)))
                sheet.write(format.format, to: live.standardOutput)
            }
        }
    }
}
