internal import ArgumentParser
internal import FoundationEssentials
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
            let report = try await store.healthReport(live)
            let columns = ["mailbox", "sends_as", "by", "standing", "valid_until", "grant"].map { Column($0) }
            var listing = Listing(columns, format.format, to: live.standardOutput)
            let mailboxes = try await DelegationWords.mailboxNames(finder)
            for mailbox in mailboxes.values.sorted(by: { $0.address < $1.address }) {
                guard only.map({ $0 == .mailbox(mailbox) }) ?? true, address.map({ $0 == mailbox.address }) ?? true else { continue }
                listing.add([
                    .text(mailbox.address.description), .text(mailbox.address.description), .text("own"),
                    .text(report.health(of: mailbox).words), .none,
                    .text(mailbox.grant.text),
                ])
            }
            try await finder.each(Family.self) { family in
                guard only.map({ $0 == .family(family) }) ?? true else { return }
                for row in rows(family) { listing.add(row) }
            }
            for kind in [EntityKind.delegation, .deny] {
                try await finder.each(kind) { entity in
                    if let row = row(entity, only, mailboxes, conditions, at: live.now()) { listing.add(row) }
                }
            }
            listing.finish()
        }
    }

    private func rows(_ family: Family) -> [[Cell]] {
        family.members.filter { member in address.map(member.matches) ?? true }.map { member in
            [
                .text(family.name), .text(member.description), .text("family"), .text(family.isEnabled ? "declared" : "disabled"), .none,
                .text(family.grant.text),
            ]
        }
    }

    /// nil: not asked for.
    private func row(
        _ entity: DirectoryEntity, _ only: Account?, _ mailboxes: [MailboxID: Mailbox], _ conditions: Conditions, at now: Date
    ) -> [Cell]? {
        switch entity {
        case .delegation(let delegation):
            let mailbox = mailboxes[delegation.mailbox]
            guard address.map(delegation.covers.matches) ?? true, only.map({ $0 == mailbox.map(Account.mailbox) }) ?? true else {
                return nil
            }
            let cells = DelegationWords.row(delegation, mailbox, conditions, at: now)
            return [cells[1], cells[2], cells[3], cells[7], cells[6], Cell(mailbox?.grant.text)]
        case .deny(let deny):
            let mailbox = deny.mailbox.flatMap { mailboxes[$0] }
            let isAsked = only.map { deny.mailbox == nil || $0 == mailbox.map(Account.mailbox) } ?? true
            guard address.map(deny.covers.matches) ?? true, isAsked else { return nil }
            return [
                .text(mailbox?.address.description ?? "*"), .text(deny.covers.description), .text("deny"), .text("forbidden"), .none, .none,
            ]
        case .setting, .user, .provider, .application, .grant, .mailbox, .family, .client: return nil
        }
    }
}
