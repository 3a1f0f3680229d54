internal import ArgumentParser
internal import Relay

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look at everything, and say what is wrong, what will be, and what to do.",
        discussion: """
            Key file, store, journal, applications, grants, mailboxes, settings, clients; the service's configuration, its certificate, and what was put down \
            as files and could not be taken. It asks no provider; `mandate mailboxes check --all` does. \
            Ends with 1 when there is something to do.

            Examples:
              mandate doctor
              mandate doctor --format json
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var format: FormatOption

    func run() async throws {
        let live = Live.current
        let findings = try await options.change(live) { opened in try await Examination(opened: opened).findings() }
        switch format.format {
        case .table: for finding in findings { show(finding, live) }
        case .json, .csv:
            var listing = Listing(["what", "trouble", "fix"].map { Column($0) }, format.format, to: live.standardOutput)
            for finding in findings { listing.add([.text(finding.what), .text(finding.trouble), .lines(finding.fix)]) }
            listing.finish()
        }
        if findings.isEmpty { return live.say("nothing is wrong") }
        throw ExitStatus.found
    }

    /// No table: what is to be typed must stand there whole.
    private func show(_ finding: Finding, _ live: Live) {
        live.output(DisplayWidth.printable("\(finding.what): \(finding.trouble)"))
        for line in finding.fix { live.output(DisplayWidth.printable("    \(line)")) }
    }
}
