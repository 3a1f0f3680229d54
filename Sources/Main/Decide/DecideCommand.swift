internal import ArgumentParser
internal import Mail
internal import Relay

struct DecideCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide", abstract: "Say who a message would be from, and how it would leave.",
        discussion: """
            Nothing is sent, and nothing in the store changes. A refusal is an answer too: it is printed, and the status says its kind
            (65, 67, 77, 78, or 75 where it can be mended: `later` would be taken and wait, `refused` would not).

            Examples:
              mandate decide --from ann@example.org --explain
              mandate decide --purpose ad-hoc --user bob --client batchmail --format json
              mandate decide --message draft.eml --directory company.yaml
            """)

    @OptionGroup var asked: QuestionOptions
    @Option(help: "The From field: an address, with or without a name, or several.") var from: String?
    @Option(help: ArgumentHelp("Take From out of this message; - reads standard input.", valueName: "file")) var message: String?
    @Flag(help: "Print every rule that was tried, in order, and how it came out.") var explain = false
    @OptionGroup var format: FormatOption

    func validate() throws {
        if from != nil, message != nil { throw ValidationError("--from and --message contradict each other") }
        if from == nil, message == nil, asked.purpose == nil, asked.client == nil {
            throw ValidationError("say what to decide: --from, --purpose, --message or --client")
        }
        if message == "-", asked.directory == "-" { throw ValidationError("--message and --directory cannot both be standard input") }
    }

    func run() async throws {
        let live = Live.current
        let answer = try await asked.answer(from: try field(live), live).answer
        AnswerReport(answer: answer).write(format.format, explains: explain, to: live.standardOutput)
        switch answer {
        case .later(_, let refusal), .refused(let refusal): throw refusal
        case .decided, .hold: break
        }
    }

    private func field(_ live: Live) throws -> Question.FromField {
        if let message { return try MessageHeader(from: InputFile(message, live), live).settled.from }
        guard let from else { return .absent }
        do throws(AddressError) {
            let addresses = try AddressList(from).addresses
            return addresses.first.map { .authors(Author($0, others: Array(addresses.dropFirst()))) } ?? .absent
        } catch {
            return .unreadable(error)
        }
    }
}
