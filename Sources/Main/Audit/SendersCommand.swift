internal import ArgumentParser
internal import FoundationEssentials
internal import Mail
internal import Relay
internal import Store

struct SendersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "senders", abstract: "Who may send as whom, and through what.",
        discussion: """
            Lists what the directory allows; whether the provider allows it too is the standing. What a message would meet now is `effective`: usable,
            untried, later (it waits for what can be mended), off (a person switched it off) or never, and why.

            Examples:
              mandate audit senders --as bob@example.org
              mandate audit senders --mailbox tracker@example.org --format csv
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var form: ListingOptions
    @Option(name: .customLong("as"), help: "Only what lets someone send as this address.", transform: Parse.address) var address:
        EmailAddress?
    @Option(help: "Only what this mailbox or family may do.") var mailbox: String?

    func run() async throws {
        let live = Live.current
        try await options.read(live) { store in
            let slice = address.map { DirectorySlice(addresses: [$0]) }
            let directory = if let slice { try await store.directory(of: slice) } else { try await store.directory() }
            let only = try mailbox.map { try directory.mailboxOrFamily($0).key.id }
            let snapshot = Snapshot(directory: directory, conditions: try await store.conditions(of: address.map { [$0] }))
            let columns: [Column] = [
                "mailbox", "sends_as", "by", .spare("standing"), "effective", "why", .spare("valid_until"), .spare("grant"),
            ]
            var listing = try form.listing(columns, live)
            for right in SenderRights(snapshot, at: live.now()).rights(as: address, through: only) {
                listing.add([
                    .text(right.mailbox), .text(right.sendsAs), .text(right.by), .text(right.standing),
                    .text(right.effective.state.rawValue), Cell(right.effective.reason.isEmpty ? nil : right.effective.reason),
                    Cell(right.validUntil), Cell(right.grant),
                ])
            }
            listing.finish()
        }
    }
}
