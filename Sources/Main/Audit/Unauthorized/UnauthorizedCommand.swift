internal import ArgumentParser
internal import FoundationEssentials
internal import Mail
internal import Relay
internal import Store

struct UnauthorizedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unauthorized", abstract: "Addresses in use that no mailbox may send from, why, and what to do.",
        discussion: """
            Looks at settings, users, delegations, clients and traffic. Addresses without a way out for one reason are one finding, what mail meets comes first, and \
            each says what to do: of several commands one is enough. With the id of a finding, or an address, all addresses of that finding are listed.

            An address is `ours` (of a domain that a tenant of ours signs for), `foreign`, or `impossible` (a slip, a machine's own name, a detail behind a plus). \
            What is of others and goes to Reply-To needs nothing and is listed last. What goes there because `mode` or `fallback` says so, and what is forbidden \
            and merely written down, is as somebody has chosen, and is counted only. Near misses work today and may not tomorrow.

            Exit status: 0 if nobody need do anything, 1 if somebody should. A finding that is left alone for a while is acknowledged: `mandate audit acknowledge`.

            Examples:
              mandate audit unauthorized
              mandate audit unauthorized --class ours --since 2026-11-01
              mandate audit unauthorized 3f9c01aa
              mandate audit unauthorized --addresses --no-near-misses --format csv >unauthorized.csv
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var form: ListingOptions
    @OptionGroup var filter: UnauthorizedOptions
    @Argument(help: "A finding, by its id or an address of it: list all its addresses.") var finding: String?
    @Flag(help: "A line for each address rather than for each finding.") var addresses = false
    @Flag(inversion: .prefixedNo, help: "Also what works today and may not tomorrow.") var nearMisses = true

    func run() async throws {
        let live = Live.current
        let report = try await options.read(live) { store in try await Self.report(store, live) }
        if let finding {
            guard let found = report.finding(finding) else {
                throw CommandFailure.data(
                    "no finding is called \(finding), and no address without a route: `mandate audit unauthorized` has them")
            }
            return try listing(report, [found]).writeAddresses(live)
        }
        let chosen = report.findings(try filter.filter())
        let listing = listing(report, chosen)
        if addresses { try listing.writeAddresses(live) } else { try listing.write(live) }
        live.say(report.words)
        if chosen.contains(where: \.isOpen) { throw ExitStatus.found }
    }

    private func listing(_ report: UnauthorizedReport, _ findings: [UnauthorizedFinding]) -> UnauthorizedListing {
        UnauthorizedListing(
            report: report, findings: findings, nearMisses: nearMisses && finding == nil ? report.nearMisses : [], form: form.chosen)
    }

    static func report(_ store: DatabaseStore, _ live: Live) async throws -> UnauthorizedReport {
        try await AuditEvidence(read: store).unauthorized(at: live.now())
    }
}

/// Which findings are of interest.
struct UnauthorizedOptions: ParsableArguments {
    @Option(name: .customLong("class"), help: ArgumentHelp("Only addresses that are ours, foreign or impossible.", valueName: "class"))
    var belonging: Belonging.Class?
    @Option(help: ArgumentHelp("Only what would be refused with this code.", valueName: "code")) var code: RefusalCode?
    @Option(help: ArgumentHelp("Only with addresses of this domain.", valueName: "domain"), transform: Parse.domain) var domain: Domain?
    @Option(help: "Only what was seen in traffic from this day or moment on (UTC).", transform: Parse.date) var since: Date?
    @Flag(help: "Also what is acknowledged.") var acknowledged = false

    func filter() throws -> UnauthorizedFilter {
        var filter = UnauthorizedFilter()
        filter.belonging = belonging
        filter.code = code
        filter.domain = domain
        filter.since = since
        filter.includesAcknowledged = acknowledged
        return filter
    }
}

extension Belonging.Class: ExpressibleByArgument {}
extension RefusalCode: ExpressibleByArgument {}
