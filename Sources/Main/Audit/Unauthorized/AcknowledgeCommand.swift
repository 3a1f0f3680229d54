internal import ArgumentParser
internal import FoundationEssentials
internal import Relay

struct AcknowledgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge", abstract: "Let a finding of `audit unauthorized` be for a time, and say why.",
        discussion: """
            It is counted, not listed, and does not count for the exit status until the time is over; when something else becomes the matter with the same address it \
            is a finding again at once. The journal has who said so and why.

            Examples:
              mandate audit acknowledge 3f9c01aa --reason 'moves to the new tenant in March' --until 2027-03-31
              mandate audit acknowledge sales@example.org --reason 'retired, last mails of December'
              mandate audit acknowledge 3f9c01aa --withdraw
            """)
    @OptionGroup var options: StoreOptions
    @Argument(help: "The finding, by its id or an address of it.") var finding: String
    @Option(help: "Why nothing is done, for whoever asks.", transform: Parse.line) var reason: String?
    @Option(help: "Until this day or moment (UTC): in 90 days unless given, a year at most.", transform: Parse.date) var until: Date?
    @Flag(help: "Take an acknowledgement back.") var withdraw = false

    func validate() throws {
        if withdraw, reason != nil || until != nil { throw ValidationError("--withdraw needs neither --reason nor --until") }
        if !withdraw, reason == nil { throw ValidationError("--reason says why nothing is done") }
    }

    func run() async throws {
        let live = Live.current
        try await options.change(live) { opened in
            let report = try await UnauthorizedCommand.report(opened.store, live)
            try await opened.carryOut(calling: ["reason": "--reason", "until": "--until"]) { administration in
                if withdraw { return try administration.withdrawAcknowledgement(of: finding, in: report) }
                return try administration.acknowledge(finding, until: until, reason: reason ?? "", in: report)
            }
        }
    }
}
