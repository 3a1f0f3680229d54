internal import ArgumentParser
internal import FoundationEssentials
internal import Mail
internal import Relay

/// What `decide` and `rewrite` are asked: whose message, for whom, on which directory.
struct QuestionOptions: ParsableArguments {
    @OptionGroup var options: StoreOptions
    @Option(
        help: ArgumentHelp("Ask a directory file (YAML or JSON) instead of a store; - reads it from standard input.", valueName: "file"))
    var directory: String?
    @Option(help: "notification, ad-hoc or administrator; without it the From field says who the author is.") var purpose: Purpose?
    @Option(help: "The application's current user, by id.", transform: Parse.userID) var user: UserID?
    @Option(help: "Ask as this client, with its limits and defaults.") var client: String?
    @Option(
        name: [.customLong("sender"), .customShort("f")], help: "The envelope sender as submitted; <> for none.",
        transform: QuestionOptions.reversePath) var sender: ReversePath?
    @Option(help: "Ask as if it were then: 2026-11-23 or 2026-11-23T14:05:00Z.", transform: Parse.date) var at: Date?

    @Sendable private static func reversePath(_ text: String) throws -> ReversePath { text.isEmpty ? .null : try ReversePath(text) }

    func validate() throws {
        if directory != nil, options.store != nil { throw ValidationError("--directory and --store contradict each other") }
    }

    /// Asks about a message, as far as it is known.
    func answer(about content: AskedContent, _ live: Live) async throws -> Asked {
        if let directory {
            let document = try DirectoryFile.read(directory, live)
            let decider = Decider(directory: document.directory, conditions: document.conditions, transports: Self.transports)
            return ask(
                decider,
                question(
                    content, try client.map { name throws(AdministrationRefusal) in try decider.directory.find(Client.self, name) }, live))
        }
        return try await options.read(live) { store in
            let client = if let client { try await store.find(Client.self, client) } else { Client?.none }
            let question = question(content, client, live)
            return ask(try await StoreDecider(store: store).decider(for: question), question)
        }
    }

    /// What this version sends over.
    private static let transports = Set(Transport.allCases)

    private func question(_ content: AskedContent, _ client: Client?, _ live: Live) -> Question {
        Question(
            purpose: purpose, user: user, from: content.from, envelopeSender: sender, client: client, at: at ?? live.now(),
            size: content.size,
            needsEnvelope: content.needsEnvelope, recipients: content.recipients)
    }

    private func ask(_ decider: Decider, _ question: Question) -> Asked {
        let answer = decider.decide(question)
        let delivery = decider.directory.delivery(of: question.client?.id).delivery
        guard case .decided(let decision) = answer else { return Asked(answer: answer, delivery: delivery, providerTakesNullSender: false) }
        return Asked(answer: answer, delivery: delivery, providerTakesNullSender: decision.source.provider.habits.takesNullSender)
    }
}

/// What is known of the message that is asked about.
struct AskedContent: Sendable {
    var from: Question.FromField
    var size: Int?
    /// The header names somebody who is not to get it.
    var needsEnvelope = false
    var recipients = 1

    init(from: Question.FromField, size: Int?, recipients: Int) {
        self.from = from
        self.size = size
        self.recipients = recipients
    }

    /// Of a message; to whom its header says, where nobody is named beside it.
    init(_ message: MessageHeader, to recipients: [EmailAddress], size: Int?) {
        // What cannot be read is left to SMTP, which asks nobody whom it names.
        let named = (try? message.settled.recipients().map(\.address)) ?? []
        let recipients = recipients.isEmpty ? named : recipients
        self.init(from: message.settled.from, size: size, recipients: max(1, recipients.count))
        needsEnvelope = Attempt.needsEnvelope(message.settled.header, for: Set(recipients))
    }
}

/// An answer, whether such mail leaves at all, and what rewriting must know of the provider it chose.
struct Asked: Sendable {
    let answer: Answer
    let delivery: Delivery
    let providerTakesNullSender: Bool
}
