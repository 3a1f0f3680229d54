internal import ArgumentParser
internal import FoundationEssentials
internal import Mail
internal import Relay
internal import SQLiteStore

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
                let finder = Finder(store: store)
                let only = try await mailbox.asyncMap { try await finder.find(Mailbox.self, $0).id }
                let directory = try await store.directory(of: DirectorySlice())
                let conditions = try await store.conditions(of: address.map { [$0] })
                var listing = try form.listing(DelegationWords.columns, live)
                try await finder.each(.delegation) { entity in
                    guard case .delegation(let delegation) = entity, only == nil || delegation.mailbox == only else { return }
                    if let address, !delegation.covers.matches(address) { return }
                    listing.add(DelegationWords.row(delegation, Snapshot(directory: directory, conditions: conditions), at: live.now()))
                }
                try await finder.each(.deny) { entity in
                    guard case .deny(let deny) = entity, only == nil || deny.mailbox == nil || deny.mailbox == only else { return }
                    if let address, !deny.covers.matches(address) { return }
                    listing.add(DelegationWords.row(deny, deny.mailbox.flatMap(directory.mailbox)))
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
                let finder = Finder(store: store)
                let directory = try await store.directory(of: DirectorySlice())
                var sheet = Sheet()
                switch try await finder.delegation(id) {
                case .delegation(let delegation):
                    let conditions = try await store.conditions(of: nil)
                    let cells = DelegationWords.row(delegation, Snapshot(directory: directory, conditions: conditions), at: live.now())
                    for (column, cell) in zip(DelegationWords.columns, cells) { sheet.add(column.key, cell) }
                    sheet.add("granted_by", .text(delegation.grantedBy))
                    sheet.add("granted_at", .date(delegation.grantedAt))
                    sheet.add("allows_unaligned", .flag(delegation.allowsUnaligned))
                case .deny(let deny):
                    let cells = DelegationWords.row(deny, deny.mailbox.flatMap(directory.mailbox))
                    for (column, cell) in zip(DelegationWords.columns, cells) { sheet.add(column.key, cell) }
                }
                sheet.write(format.format, to: live.standardOutput)
            }
        }
    }
}

/// A row of `delegations list`.
enum DelegationEntry: Sendable, Hashable {
    case delegation(Delegation)
    case deny(Deny)
}

extension Finder {
    /// By id; there are no names.
    func delegation(_ id: String) async throws -> DelegationEntry {
        if case .delegation(let delegation)? = try await store.entity(EntityKey(.delegation, id)) { return .delegation(delegation) }
        if case .deny(let deny)? = try await store.entity(EntityKey(.deny, id)) { return .deny(deny) }
        var ids: [String] = []
        for kind in [EntityKind.delegation, .deny] { try await each(kind) { ids.append($0.key.id) } }
        throw Self.unknown(.delegation, id, ids)
    }
}

/// How delegations are listed.
enum DelegationWords {
    static let columns: [Column] = [
        .id, "mailbox", "covers", "kind", .number("priority", isSpare: true), .spare("from"), .spare("until"), "standing", .spare("reason"),
    ]

    static func row(_ delegation: Delegation, _ snapshot: Snapshot, at now: Date) -> [Cell] {
        let mailbox = snapshot.directory.mailbox(delegation.mailbox)
        return [
            .text(delegation.id.text), .text(mailbox?.address.description ?? delegation.mailbox.text), .text(delegation.covers.description),
            .text(delegation.kind.rawValue), .number(delegation.priority), Cell(delegation.validFrom), Cell(delegation.validUntil),
            .text(standing(delegation, mailbox, snapshot, at: now)), .text(delegation.reason),
        ]
    }

    static func row(_ deny: Deny, _ mailbox: Mailbox?) -> [Cell] {
        [
            .text(deny.id.text), .text(mailbox?.address.description ?? deny.mailbox?.text ?? "*"), .text(deny.covers.description),
            .text("deny"),
            .none, .none, .none, .none, .text(deny.reason),
        ]
    }

    private static func standing(_ delegation: Delegation, _ mailbox: Mailbox?, _ snapshot: Snapshot, at now: Date) -> String {
        if let from = delegation.validFrom, now < from { return "not yet valid" }
        if let until = delegation.validUntil, now >= until { return "expired" }
        guard case .address(let address) = delegation.covers, let mailbox, let account = snapshot.directory.account(of: mailbox)
        else { return "declared" }
        let standings = mailbox.transports.compactMap {
            snapshot.conditions.standing(StandingKey(account, from: address, transport: $0))
        }
        return standings.first.words
    }
}
