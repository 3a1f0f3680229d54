internal import ArgumentParser
internal import Relay
internal import SQLiteStore

struct UnauthorizedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unauthorized", abstract: "Addresses in use that no mailbox may send from, why, and what to do.",
        discussion: """
            Looks at settings, users, delegations, clients and traffic. Near misses work today: rights that are pending, domains nobody recorded, secrets \
            that end soon, one mailbox standing for many. Exit status: 0 if every address has a route, 1 if not.

            Examples:
              mandate audit unauthorized
              mandate audit unauthorized --no-near-misses --format csv >unauthorized.csv
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var form: ListingOptions
    @Flag(inversion: .prefixedNo, help: "Also what works today and may not tomorrow.") var nearMisses = true

    func run() async throws {
        let live = Live.current
        let report = try await options.read(live) { store in
            let directory = try await store.directory()
            return UnauthorizedReport(
                directory: directory, conditions: try await store.conditions(of: nil), sightings: try await store.sightings(),
                now: live.now(), withoutSecret: try await store.applicationsWithoutSecret(directory), transports: Set(Transport.allCases))
        }
        try UnauthorizedListing(report: report, form: form.chosen, showsNearMisses: nearMisses).write(live)
        let words = report.rows.isEmpty ? "every address in use has a route" : "\(report.rows.count) without a route"
        live.say("\(words); \(report.nearMisses.count) near misses")
        if !report.rows.isEmpty { throw ExitStatus.found }
    }
}
