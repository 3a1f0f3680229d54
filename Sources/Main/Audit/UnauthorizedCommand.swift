internal import ArgumentParser
internal import Relay
internal import Store

struct UnauthorizedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unauthorized", abstract: "Addresses in use that no mailbox may send from, why, and what to do.",
        discussion: """
            Looks at settings, users, delegations, clients and traffic. What goes to Reply-To because `mode` says so, what is of others and goes there because \
            `fallback` says so, and what is forbidden and merely written down, is as somebody has chosen, and is counted only. Near misses work today: rights \
            whose time at the provider is over and that nobody has proven, domains nobody recorded, secrets that end soon, one mailbox standing for many. \
            What to do is said with each: of several commands one is enough. Exit status: 0 if every address has a route or a choice, 1 if not.

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
        let choice = report.byChoice == 0 ? "" : "; \(report.byChoice) as somebody has chosen"
        live.say("\(words)\(choice); \(report.nearMisses.count) near misses")
        if !report.rows.isEmpty { throw ExitStatus.found }
    }
}
