internal import ArgumentParser
internal import Mail
internal import Relay
internal import Store

struct ImpactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "impact", abstract: "Whose mail would go another way if something went away, was switched off or set; change nothing.",
        discussion: """
            Takes the thing away with all that needs it, or switches a mailbox, family or grant off (--disable), or gives a setting another value (--value), and \
            asks the decider of every address in use, of mail that names none, and of each message of the last days: now, and then. What would have no way out comes \
            first. Exit status: 0 if all keeps one, 1 if not.

            Examples:
              mandate audit impact --mailbox tracker@example.org
              mandate audit impact --grant tracker --disable
              mandate audit impact --setting EMAIL_FROM_USER_ID --value desk@example.org
              mandate audit impact --secret tracker
              mandate audit impact --application tracker --format csv >impact.csv
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var form: ListingOptions
    @Option(help: ArgumentHelp("This mailbox or family.", valueName: "name")) var mailbox: String?
    @Option(help: ArgumentHelp("This grant.", valueName: "name")) var grant: String?
    @Option(help: ArgumentHelp("This application.", valueName: "name")) var application: String?
    @Option(help: ArgumentHelp("This provider.", valueName: "id")) var provider: String?
    @Option(help: ArgumentHelp("This delegation, by its id.", valueName: "id")) var delegation: String?
    @Option(help: ArgumentHelp("This user.", valueName: "name")) var user: String?
    @Option(help: ArgumentHelp("This client.", valueName: "name")) var client: String?
    @Option(help: ArgumentHelp("The secret or certificate of this application: its grants give no tokens.", valueName: "name"))
    var secret: String?
    @Option(help: ArgumentHelp("The consent of this grant.", valueName: "name")) var consent: String?
    @Option(help: ArgumentHelp("This setting.", valueName: "key")) var setting: String?
    @Option(help: "With --setting: another value instead of none.") var value: String?
    @Flag(help: "With --mailbox or --grant: switched off instead of taken away.") var disable = false

    @Option(help: ArgumentHelp("Decide the messages of so many days again; 0: none.", valueName: "days")) var days = MailInUse.usualDays

    private static let columns: [Column] = [
        "mail", "now", "then", "lost", .number("messages"), .number("count", isSpare: true), .spare("last_seen"),
    ]

    func validate() throws {
        let named = [mailbox, grant, application, provider, delegation, user, client, secret, consent, setting].count { $0 != nil }
        guard named == 1 else {
            throw ValidationError(
                "name one thing: --mailbox, --grant, --application, --provider, --delegation, --user, --client, --secret, --consent or --setting"
            )
        }
        guard (0...MailInUse.longest).contains(days) else { throw ValidationError("--days is a number from 0 to \(MailInUse.longest)") }
        if value != nil, setting == nil { throw ValidationError("--value is that of a setting: it needs --setting") }
        if disable, mailbox == nil, grant == nil { throw ValidationError("--disable is for a mailbox, a family or a grant") }
    }

    func run() async throws {
        let live = Live.current
        let lost = try await options.read(live) { store in
            let administration = Administration(
                Snapshot(directory: try await store.directory(), conditions: try await store.conditions(of: nil)), person: live.person,
                isOnMachine: true, at: live.now(), generator: { live.generator })
            let seen = try await store.sightings().filter { $0.role == .author }
            let mail = try await MailInUse(from: store, days: days, at: live.now())
            let then: Snapshot
            do throws(AdministrationRefusal) { then = try administration.snapshot(if: question) } catch {
                throw CommandFailure(error.status, error.description)
            }
            var bar = ProgressBar("deciding", of: nil, live)
            let impact = RouteImpact(
                from: administration.snapshot, to: then, mail: mail, at: live.now(), progress: { bar.advance(to: $0) })
            bar.finish()
            try write(impact, seen, live)
            return impact.rows.count { $0.isLost }
        }
        if lost > 0 { throw ExitStatus.found }
    }

    private func write(_ impact: RouteImpact, _ seen: [SightingTotal], _ live: Live) throws {
        let seen = Dictionary(seen.map { ($0.address, $0) }) { first, _ in first }
        var listing = try form.listing(Self.columns, live)
        for row in impact.rows {
            let sighting = row.address.flatMap { seen[$0] }
            listing.add([
                .text(row.subject), .text(row.before), .text(row.after), .flag(row.isLost), .number(row.messages),
                .number(sighting?.count ?? 0),
                Cell(sighting?.last),
            ])
        }
        listing.finish()
        live.say(impact.words)
    }

    /// One thing is named.
    private var question: WhatIf {
        if let setting { return .setting(setting, value) }
        if let secret { return .secretGone(secret) }
        if let consent { return .consentGone(consent) }
        let things: [(EntityKind, String?)] = [
            (.mailbox, mailbox), (.grant, grant), (.application, application), (.provider, provider), (.delegation, delegation),
            (.user, user), (.client, client),
        ]
        for (kind, name) in things { if let name { return disable ? .off(kind, name) : .gone(kind, name) } }
        preconditionFailure("what is asked about was validated")
    }
}
