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
              mandate decide --message draft.eml --to list@example.net --explain
              mandate decide --message draft.eml --directory company.yaml
            """)

    @OptionGroup var asked: QuestionOptions
    @Option(help: "The From field: an address, with or without a name, or several.") var from: String?
    @Option(help: ArgumentHelp("Take From, recipients and size out of this message; - reads standard input.", valueName: "file"))
    var message: String?
    @Option(name: .customLong("to"), help: "A recipient; repeat it. Without any, those that the message names.", transform: Parse.address)
    var recipients: [EmailAddress] = []
    @Option(help: ArgumentHelp("How large the message is; that of --message counts itself.", valueName: "octets")) var size: Int?
    @Flag(help: "Print every rule that was tried, in order, and how it came out.") var explain = false
    @OptionGroup var format: FormatOption

    func validate() throws {
        if from != nil, message != nil { throw ValidationError("--from and --message contradict each other") }
        if size != nil, message != nil { throw ValidationError("--size and --message contradict each other: the message has a size") }
        if let size, size < 0 { throw ValidationError("--size is a number of octets") }
        if from == nil, message == nil, asked.purpose == nil, asked.client == nil {
            throw ValidationError("say what to decide: --from, --purpose, --message or --client")
        }
        if message == "-", asked.directory == "-" { throw ValidationError("--message and --directory cannot both be standard input") }
    }

    func run() async throws {
        let live = Live.current
        let asked = try await asked.answer(about: try content(live), live)
        AnswerReport(answer: asked.answer, delivery: asked.delivery).write(format.format, explains: explain, to: live.standardOutput)
        switch asked.answer {
        case .later(_, let refusal), .refused(let refusal): throw refusal
        case .decided, .hold: break
        }
    }

    private func content(_ live: Live) throws -> AskedContent {
        if let message {
            let input = try InputFile(message, live)
            let header = try MessageHeader(from: input, live)
            return AskedContent(header, to: recipients, size: try header.size(readingOn: input))
        }
        let content = AskedContent(from: .absent, size: size, recipients: max(1, recipients.count))
        guard let from else { return content }
        return AskedContent(from: Question.FromField(from.utf8), size: size, recipients: content.recipients)
    }
}
