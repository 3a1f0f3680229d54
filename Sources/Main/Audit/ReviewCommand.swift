internal import ArgumentParser
internal import FoundationEssentials
internal import Relay
internal import Store

struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "Senders, grants and clients that somebody has to look at again.",
        discussion: """
            Lists grants, mailboxes, families, delegations and clients whose day has come, that nobody has used for 90 days, or that nobody answers for. \
            `mandate audit confirm` lets one stay, `mandate audit retire` ends it. Exit status: 0 if there is nothing to look at, 1 if there is.

            Examples:
              mandate audit review
              mandate audit review --reason due --reason unused
              mandate audit review --all --format csv >senders.csv
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var form: ListingOptions
    @Option(help: ArgumentHelp("Only for this reason; repeat it: due, unused, no-owner.", valueName: "reason"))
    var reason: [ReviewReport.Reason] = []
    @Flag(help: "Also what needs nobody.") var all = false

    func run() async throws {
        let live = Live.current
        let report = try await options.read(live) { store in try await AuditEvidence(read: store).review(at: live.now()) }
        let found = report.rows.filter { !$0.reasons.isEmpty && (reason.isEmpty || !$0.reasons.isDisjoint(with: reason)) }
        let columns: [Column] = [
            "kind", "name", .spare("covers"), "why", "owner", .spare("purpose"), .spare("review"), .spare("last_use"), .spare("next"),
        ]
        var listing = try form.listing(columns, live)
        for row in all ? report.rows : found {
            listing.add([
                .text(row.entity.kind.rawValue), .text(row.name), Cell(row.covers), .text(row.words),
                Cell(row.stewardship.owner.isEmpty ? nil : row.stewardship.owner),
                Cell(row.stewardship.purpose.isEmpty ? nil : row.stewardship.purpose), Cell(row.stewardship.review), Cell(row.lastUse),
                .lines(row.steps),
            ])
        }
        listing.finish()
        live.say(
            found.isEmpty ? "nothing is to be looked at" : "\(found.count) to be looked at: mandate audit confirm KIND NAME --owner NAME")
        if !found.isEmpty { throw ExitStatus.found }
    }
}

struct ConfirmCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "Let a sender, grant or client stay: it was looked at.",
        discussion: """
            Writes down who answers for it, what it is for, and when it is to be looked at again: in a year unless said otherwise. What is not named stays as it is.

            Examples:
              mandate audit confirm mailbox tracker@example.org --owner 'service desk' --used-for 'ticket mail'
              mandate audit confirm delegation del-4q7z --review 2027-06-30
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var thing: StewardedThing
    @Option(help: "Who answers for it: a person or a team.", transform: Parse.line) var owner: String?
    @Option(name: [.customLong("used-for"), .customLong("purpose")], help: "What it is for.", transform: Parse.line) var purpose: String?
    @Option(help: "When it is to be looked at again (UTC).", transform: Parse.date) var review: Date?

    func run() async throws {
        try await options.change(.current) { opened in
            try await opened.carryOut(thing.slice, calling: ["owner": "--owner", "review": "--review"]) { administration in
                try administration.confirm(
                    try administration.steward(thing.kind, thing.name), owner: owner, purpose: purpose, review: review)
            }
        }
    }
}

struct RetireCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire", abstract: "End a sender, grant or client: take a right back, switch anything else off.",
        discussion: """
            What would have no way out then is told by `mandate audit impact` before. What is switched off keeps its history, and can be switched on again.

            Examples:
              mandate audit retire delegation del-4q7z
              mandate audit retire client old-printer
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var thing: StewardedThing

    func run() async throws {
        try await options.change(.current) { opened in
            try await opened.carryOut(thing.slice) { try $0.retire(try $0.steward(thing.kind, thing.name)) }
        }
    }
}

struct StewardedThing: ParsableArguments {
    enum Kind: String, CaseIterable, ExpressibleByArgument { case grant, mailbox, family, delegation, client }

    @Argument(help: "grant, mailbox, family, delegation or client.") private var what: Kind
    @Argument(help: "Its name, address or id.") var name: String

    /// Rights are too many to be read for one of them.
    var slice: DirectorySlice { what == .delegation ? DirectorySlice(delegations: [DelegationID(trusted: name)]) : DirectorySlice() }

    var kind: EntityKind {
        switch what {
        case .grant: .grant
        case .mailbox: .mailbox
        case .family: .family
        case .delegation: .delegation
        case .client: .client
        }
    }
}

extension ReviewReport.Reason: ExpressibleByArgument {}

extension ReviewReport.Row {
    /// Of a delegation, which has no name.
    var covers: String? { if case .delegation(let delegation) = entity { delegation.covers.description } else { nil } }
}
