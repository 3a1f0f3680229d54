internal import ArgumentParser
internal import FoundationEssentials
internal import Mail
internal import Relay
internal import Store

struct DelegationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delegations", abstract: "Which mailbox may send for which address, and what is forbidden.",
        discussion: """
            A delegation says what the provider allows too: allowing it here does not allow it there. A deny entry outweighs every delegation.

            Examples:
              mandate delegations allow tracker@example.org bob@example.org --kind send-as --reason "asked for by Bob"
              mandate delegations deny '*' ceo@example.org --reason "signs in person"
            """,
        subcommands: [List.self, Show.self, Allow.self, Revoke.self, DenyEntry.self, Lift.self, GrantEntry.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List delegations and deny entries.",
            discussion: """
                Examples:
                  mandate delegations list --mailbox tracker@example.org
                  mandate delegations list --address bob@example.org
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions
        @Option(help: "Only those of this mailbox.") var mailbox: String?
        @Option(help: "Only those that speak of this address, by itself or by its domain.", transform: Parse.address) var address:
            EmailAddress?

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let only = try await mailbox.asyncMap { try await store.find(Mailbox.self, $0).id }
                let words = try await DelegationWords(store, address: address, at: live.now())
                var listing = try form.listing(DelegationWords.columns, live)
                try await store.each(.delegation) { entity in
                    guard case .delegation(let delegation) = entity, only == nil || delegation.mailbox == only else { return }
                    if let address, !delegation.covers.matches(address) { return }
                    listing.add(words.row(delegation))
                }
                try await store.each(.deny) { entity in
                    guard case .deny(let deny) = entity, only == nil || deny.mailbox == nil || deny.mailbox == only else { return }
                    if let address, !deny.covers.matches(address) { return }
                    listing.add(words.row(deny))
                }
                listing.finish()
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one delegation or deny entry.",
            discussion: """
                Example:
                  mandate delegations show del-0123456789abcdef
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var format: FormatOption
        @Argument(help: "Its id; `mandate delegations list` shows them.") var id: String

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let words = try await DelegationWords(store, address: nil, at: live.now())
                var sheet = Sheet()
                let entry = try await store.delegation(id)
                if case .delegation(let delegation) = entry {
                    for (column, cell) in zip(DelegationWords.columns, words.row(delegation)) { sheet.add(column.key, cell) }
                    sheet.add("granted_by", .text(delegation.grantedBy))
                    sheet.add("granted_at", .date(delegation.grantedAt))
                    sheet.add("allows_unaligned", .flag(delegation.allowsUnaligned))
                } else if case .deny(let deny) = entry {
                    for (column, cell) in zip(DelegationWords.columns, words.row(deny)) { sheet.add(column.key, cell) }
                }
                sheet.write(format.format, to: live.standardOutput)
            }
        }
    }
}

/// How delegations are listed: as the directory has them, what is known of them, and what a message would meet.
struct DelegationWords {
    static let columns: [Column] = [
        .id, "mailbox", "covers", "kind", .number("priority", isSpare: true), .spare("from"), .spare("until"), .spare("standing"),
        "effective", "why", .spare("reason"),
    ]

    private let snapshot: Snapshot
    private let rights: SenderRights

    /// `address`: only of those that speak of it.
    init(_ store: DatabaseStore, address: EmailAddress?, at now: Date) async throws {
        let addresses = address.map { Set([$0]) }
        let slice = addresses.map { DirectorySlice(addresses: $0) }
        let directory = if let slice { try await store.directory(of: slice) } else { try await store.directory() }
        snapshot = Snapshot(directory: directory, conditions: try await store.conditions(of: addresses))
        rights = SenderRights(snapshot, at: now)
    }

    func row(_ delegation: Delegation) -> [Cell] {
        let right = rights.right(delegation)
        let standing = if case .known(let standing, _) = right.state { Optional(standing).words } else { right.standing }
        return [
            .text(delegation.id.text), .text(right.mailbox), .text(delegation.covers.description), .text(right.by),
            .number(delegation.priority), Cell(delegation.validFrom), Cell(delegation.validUntil), .text(standing),
            .text(right.effective.state.rawValue), Cell(right.effective.reason.isEmpty ? nil : right.effective.reason),
            .text(delegation.reason),
        ]
    }

    func row(_ deny: Deny) -> [Cell] {
        let mailbox = deny.mailbox.map { snapshot.directory.mailbox($0)?.address.description ?? $0.text }
        return [
            .text(deny.id.text), .text(mailbox ?? "*"), .text(deny.covers.description), .text("deny"), .none, .none, .none, .none, .none,
            .none,
            .text(deny.reason),
        ]
    }
}
