internal import ArgumentParser
internal import Relay
internal import Store

struct LintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Entries that contradict each other, are never chosen, or lead nowhere.",
        discussion: """
            Looks at what people decided, whether or not anything has happened yet: settings that give nobody, mail that cannot leave, loops between the intake and who \
            is answered, addresses of several users, a certificate that signs in at two providers, rights that are forbidden as well, shadowed by a better one, or chosen by the alphabet, and what nobody uses. \
            Of several commands one is enough. Exit status: 0 if there is nothing, 1 if there is.

            Examples:
              mandate audit lint
              mandate audit lint --rule contradiction --rule shadowed
              mandate audit lint --format json
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var form: ListingOptions
    @Option(
        help: ArgumentHelp(
            "Only what this rule finds; repeat it. \(LintRule.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "rule"))
    var rule: [LintRule] = []

    func run() async throws {
        let live = Live.current
        let all = try await options.read(live) { store in try await AuditEvidence(read: store).examination(at: live.now()).lint }
        let found = all.filter { finding in rule.isEmpty || finding.rule.map(rule.contains) ?? false }
        let columns: [Column] = ["rule", "what", "trouble"]
        let withFix = form.chosen.format != .table || form.chosen.columns != nil
        var listing = try form.listing(columns + (withFix ? ["fix"] : []), live)
        for finding in found {
            let cells: [Cell] = [Cell(finding.rule?.rawValue), .text(finding.what), .text(finding.trouble)]
            listing.add(cells + (withFix ? [.lines(finding.fix)] : []))
        }
        listing.finish()
        var advice = AdviceListing()
        if !withFix { for finding in found { advice.add(finding) } }
        advice.write(to: live.standardOutput)
        live.say(found.isEmpty ? "nothing is wrong with what was decided" : "\(found.count) to look at")
        if !found.isEmpty { throw ExitStatus.found }
    }
}

extension LintRule: ExpressibleByArgument {}

extension AuditEvidence {
    /// As the store has everything now.
    init(read store: DatabaseStore) async throws {
        try await self.init(
            Snapshot(directory: try await store.directory(), conditions: try await store.conditions(of: nil)), from: store)
    }
}
