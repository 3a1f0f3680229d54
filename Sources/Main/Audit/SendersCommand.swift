internal import ArgumentParser
internal import Mail
internal import Relay
internal import SQLiteStore

struct SendersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "senders", abstract: "Who may send as whom, and through what.",
        discussion: """
            Lists what the directory allows; whether the provider allows it too is the standing.

            Examples:
              mandate audit senders --as bob@example.org
              mandate audit senders --mailbox tracker@example.org --format csv
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var format: FormatOption
    @Option(name: .customLong("as"), help: "Only what lets someone send as this address.", transform: Parse.address) var address:
        EmailAddress?
    @Option(help: "Only what this mailbox or family may do.") var mailbox: String?

    func run() async throws {
        let live = Live.current
        try await options.read(live) { store in
            let finder = Finder(store: store)
            let only = try await mailbox.asyncMap { try await finder.account($0) }
            let conditions = try await store.conditions(of: address.map { [$0] })
            let columns = ["mailbox", "sends_as", "by", "standing", "valid_until", "grant"].map { Column($0) }
            var listing = Listing(columns, format.format, to: live.standardOutput)
            let mailboxes = try await DelegationWords.mailboxNames(finder)
            for mailbox in mailboxes.values.sorted(by: { $0.address < $1.address }) {
                guard only.map({ $0 == .mailbox(mailbox) }) ?? true, address.map({ $0 == mailbox.address }) ?? true else { continue }
                let health = HealthWords.ofMailbox(login: mailbox.login, isEnabled: mailbox.isEnabled, conditions, at: live.now())
                listing.add([
                    .text(mailbox.address.description), .text(mailbox.address.description), .text("own"), .text(health), .none,
                    .text(mailbox.grant.text),
                ])
            }
            try await finder.each(Family.self) { family in
                guard only.map({ $0 == .family(family) }) ?? true else { return }
                for member in family.members where address.map(member.matches) ?? true {
                    listing.add([
                        .text(family.name), .text(member.description), .text("family"), .text(family.isEnabled ? "declared" : "disabled"),
                        .none,
                        .text(family.grant.text),
                    ])
                }
            }
            try await finder.each(.delegation) { entity in
                guard case .delegation(let delegation) = entity, address.map(delegation.covers.matches) ?? true else { return }
                let mailbox = mailboxes[delegation.mailbox]
                guard only.map({ $0 == mailbox.map(Account.mailbox) }) ?? true else { return }
                let cells = DelegationWords.row(delegation, mailbox, conditions, at: live.now())
                listing.add([cells[1], cells[2], cells[3], cells[7], cells[6], Cell(mailbox?.grant.text)])
            }
            try await finder.each(.deny) { entity in
                guard case .deny(let deny) = entity, address.map(deny.covers.matches) ?? true else { return }
                let mailbox = deny.mailbox.flatMap { mailboxes[$0] }
                guard only.map({ deny.mailbox == nil || $0 == mailbox.map(Account.mailbox) }) ?? true else { return }
                listing.add([
                    .text(mailbox?.address.description ?? "*"), .text(deny.covers.description), .text("deny"), .text("forbidden"), .none,
                    .none,
                ])
            }
            listing.finish()
        }
    }
}
