internal import ArgumentParser
internal import Mail
internal import Relay
internal import Store

struct ImpactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "impact", abstract: "Whose mail would go another way if something went away, was switched off or set; change nothing.",
        discussion: """
            Takes the thing away with all that needs it, or switches a mailbox, family or grant off (--disable), or gives a setting another value (--value), and \
            asks the decider of every address in use, and of mail that names none: now, and then. What would have no way out comes first. Exit status: 0 if \
            all keeps one, 1 if not.

            Examples:
              mandate audit impact --mailbox tracker@example.org
              mandate audit impact --grant tracker --disable
              mandate audit impact --setting EMAIL_FROM_USER_ID --value desk@example.org
              mandate audit impact --application tracker --format csv >impact.csv
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var form: ListingOptions
    @Option(help: ArgumentHelp("This mailbox or family.", valueName: "name")) var mailbox: String?
    @Option(help: ArgumentHelp("This grant.", valueName: "name")) var grant: String?
    @Option(help: ArgumentHelp("This application.", valueName: "name")) var application: String?
    @Option(help: ArgumentHelp("This delegation, by its id.", valueName: "id")) var delegation: String?
    @Option(help: ArgumentHelp("This user.", valueName: "name")) var user: String?
    @Option(help: ArgumentHelp("This setting.", valueName: "key")) var setting: String?
    @Option(help: "With --setting: another value instead of none.") var value: String?
    @Flag(help: "With --mailbox or --grant: switched off instead of taken away.") var disable = false

    private static let columns: [Column] = ["mail", "now", "then", "lost", .number("count", isSpare: true), .spare("last_seen")]

    func validate() throws {
        let named = [mailbox, grant, application, delegation, user, setting].count { $0 != nil }
        guard named == 1 else {
            throw ValidationError("name one thing: --mailbox, --grant, --application, --delegation, --user or --setting")
        }
        if value != nil, setting == nil { throw ValidationError("--value is that of a setting: it needs --setting") }
        if disable, mailbox == nil, grant == nil { throw ValidationError("--disable is for a mailbox, a family or a grant") }
    }

    func run() async throws {
        let live = Live.current
        let lost = try await options.read(live) { store in
            let directory = try await store.directory()
            let conditions = try await store.conditions(of: nil)
            let administration = Administration(
                Snapshot(directory: directory, conditions: conditions), person: live.person, isOnMachine: true, at: live.now(),
                generator: { live.generator })
            let seen = try await store.sightings().filter { $0.role == .author }
            var bar = ProgressBar("deciding", of: nil, live)
            let impact = RouteImpact(
                from: directory, to: try after(administration), conditions: conditions, seen: seen.map(\.address),
                transports: Set(Transport.allCases), at: live.now(), progress: { bar.advance(to: $0) })
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
                .text(row.subject), .text(row.before), .text(row.after), .flag(row.isLost), .number(sighting?.count ?? 0),
                Cell(sighting?.last),
            ])
        }
        listing.finish()
        live.say(impact.words)
    }

    /// The directory as it would be.
    private func after(_ administration: Administration) throws -> Directory {
        do throws(AdministrationRefusal) {
            if let setting {
                return administration.after(try administration.set(setting, to: value)).directory
            }
            let entity = try entity(administration.directory)
            return disable ? administration.withOff(entity).directory : try administration.without(entity.key).directory
        } catch { throw CommandFailure(error.status, error.description) }
    }

    private func entity(_ directory: Directory) throws(AdministrationRefusal) -> DirectoryEntity {
        if let mailbox { return try directory.mailboxOrFamily(mailbox) }
        if let grant { return try directory.find(Grant.self, grant).entity }
        if let application { return try directory.find(Application.self, application).entity }
        if let user { return try directory.find(User.self, user).entity }
        guard let delegation, let found = directory.entity(EntityKey(.delegation, delegation)) else {
            throw AdministrationRefusal(
                .notFound, "there is no delegation \(delegation ?? "")", fix: "`mandate delegations list` has their ids")
        }
        return found
    }
}
