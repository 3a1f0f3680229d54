internal import ArgumentParser
internal import Relay
internal import Store

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look at everything, and say what is wrong, what will be, and what to do.",
        discussion: """
            Key file, store, the journal's key, queue; providers, applications, grants, mailboxes; settings and carriers, as a message would meet them; users, clients, \
            delegations that nobody uses; the service's configuration, its certificates and their keys, whether consents come back to a port that is served, and what was put down \
            as files and could not be taken. It asks no \
            provider, and walks no journal: `mandate mailboxes check --all` and `mandate audit verify` do. Ends with 1 when there is something to do, and says how to back up.

            Examples:
              mandate doctor
              mandate doctor --format json
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var format: FormatOption

    func run() async throws {
        let live = Live.current
        let (steps, staging, isServed, findings, backingUp) = try await options.change(live) { opened in
            let examination = StoreExamination(opened: opened)
            let isServed = try examination.isServed()
            return (
                try await opened.store.firstSteps(live), try await opened.store.directory(of: DirectorySlice()).staging, isServed,
                try await examination.findings(isServed: isServed), opened.store.backingUp
            )
        }
        switch format.format {
        case .table:
            for line in staging { live.output("delivery: \(line)") }
            if !steps.areDone { live.output("to the first message:\n\(steps.text)") }
            for finding in findings { show(finding, live) }
        case .json, .csv:
            var listing = Listing(["what", "trouble", "fix"], format.format, to: live.standardOutput)
            for finding in findings { listing.add([.text(finding.what), .text(finding.trouble), .lines(finding.fix)]) }
            listing.finish()
        }
        if format.format == .table {
            // No fault while nothing waits for it; what does, is a finding.
            if !isServed { live.say("no service runs on this store: mandate serve") }
            live.say(backingUp)
        }
        if findings.isEmpty {
            return live.say("nothing is wrong\(steps.areDone ? "" : "; \(steps.left) steps to the first message are left")")
        }
        throw ExitStatus.found
    }

    /// No table: what is to be typed must stand there whole.
    private func show(_ finding: Finding, _ live: Live) {
        live.output(DisplayWidth.printable("\(finding.what): \(finding.trouble)"))
        for line in finding.fix { live.output(DisplayWidth.printable("    \(line)")) }
    }
}
