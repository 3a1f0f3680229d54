internal import ArgumentParser
internal import Mail
internal import Relay
internal import Store

/// A verb of the queue, on some messages or on all that a filter leaves.
protocol QueueVerb: AsyncParsableCommand {
    var options: StoreOptions { get }
    var choice: QueueChoice { get }
    static var action: QueueAction { get }
}

/// Which messages.
struct QueueChoice: ParsableArguments {
    @Argument(help: "Messages, by id.") var messages: [String] = []
    @Flag(help: "All that the filters leave, where this verb makes sense.") var all = false
    @Option(help: "Only those that are waiting, held or failed.") var state: QueuedMessage.StateName?
    @Option(help: "Only those of this author.", transform: Parse.address) var author: EmailAddress?
    @Option(help: "Only those whose reason contains this text.") var why: String?

    func validate() throws {
        guard messages.isEmpty == all else { throw ValidationError("name messages, or say --all") }
        guard all || state == nil && author == nil && why == nil else { throw ValidationError("--state, --author and --why go with --all") }
    }

    func contains(_ queued: QueuedMessage) -> Bool {
        (author == nil || queued.message.author.all.contains { $0.address == author })
            && (why.map { queued.why.lowercased().contains($0.lowercased()) } ?? true)
    }
}

extension QueueVerb {
    func run() async throws {
        let live = Live.current
        try await options.change(live) { opened in
            if try await opened.store.depth().counts[.claimed] ?? 0 > 0 {
                _ = try await AbandonedClaims(store: opened.store, live: live).release()
            }
            let store = opened.store
            let editor = QueueEditor(queue: store, person: live.person, now: live.now) { messages throws(StoreFailure) in
                try await StoreDecider(store: store).decider(for: messages)
            }
            if choice.all { return try await changeAll(editor, live) }
            try await editor.change(choice.messages, Self.action) { done in
                live.say(DisplayWidth.printable(done.words))
                if let warning = done.warning { live.complain(DisplayWidth.printable("warning: \(warning)")) }
            }
        }
    }

    private func changeAll(_ editor: QueueEditor, _ live: Live) async throws {
        var bar = ProgressBar(Self.action.rawValue, of: nil, live)
        defer { bar.finish() }
        do {
            let tally = try await editor.changeAll(Self.action, state: choice.state, fits: choice.contains) { bar.advance(to: $0.changed) }
            bar.finish()
            if tally.changed == 0, tally.obstacle != nil { throw CommandFailure.data(tally.words) }
            live.say(DisplayWidth.printable(tally.words))
        } catch let failure as QueueEditor.Failure {
            throw CommandFailure(
                failure.reason.status,
                "it stopped: \(failure.reason.description); \(failure.tally.words) by then, and nothing else is another")
        }
    }
}

extension QueueCommand {
    struct Retry: QueueVerb {
        static let configuration = CommandConfiguration(
            abstract: "Try now; brings failed messages back too.",
            discussion: """
                Example:
                  mandate queue retry m-0123456789abcdef
                  mandate queue retry --all --state failed --why 5.7.139
                """)
        static let action = QueueAction.retry
        @OptionGroup var options: StoreOptions
        @OptionGroup var choice: QueueChoice
    }

    struct Hold: QueueVerb {
        static let configuration = CommandConfiguration(
            abstract: "Keep a message back until it is released.",
            discussion: """
                Example:
                  mandate queue hold m-0123456789abcdef
                """)
        static let action = QueueAction.hold
        @OptionGroup var options: StoreOptions
        @OptionGroup var choice: QueueChoice
    }

    struct Release: QueueVerb {
        static let configuration = CommandConfiguration(
            abstract: "Let a held message go.",
            discussion: """
                One that would be held again at once stays, and is told why; of one that goes nowhere yet you hear what it waits for.

                Example:
                  mandate queue release m-0123456789abcdef
                  mandate queue release --all
                """)
        static let action = QueueAction.release
        @OptionGroup var options: StoreOptions
        @OptionGroup var choice: QueueChoice
    }

    struct Remove: QueueVerb {
        static let configuration = CommandConfiguration(
            abstract: "End a message without sending it: the only way to lose one.",
            discussion: """
                The journal keeps who did it.

                Example:
                  mandate queue remove m-0123456789abcdef
                """)
        static let action = QueueAction.remove
        @OptionGroup var options: StoreOptions
        @OptionGroup var choice: QueueChoice
    }
}
