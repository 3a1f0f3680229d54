internal import ArgumentParser
internal import Mail
internal import Relay
internal import SQLiteStore

/// A verb of the queue, on some messages or on all that a filter leaves.
protocol QueueVerb: AsyncParsableCommand {
    var options: StoreOptions { get }
    var choice: QueueChoice { get }
    static var action: QueueAction { get }
    /// "will be tried now"
    static var words: String { get }
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
            if choice.all { return try await changeAll(opened) }
            // All ids first: a slip in the last must not leave the others half done.
            var queued: [QueuedMessage] = []
            for message in choice.messages { queued.append(try await QueueWords.find(message, opened.store)) }
            let directory = try await opened.store.directory(of: DirectorySlice())
            for message in queued where Self.action == .release {
                if let obstacle = directory.obstacleToRelease(of: message.message) { throw CommandFailure(.configuration, obstacle) }
            }
            for message in queued {
                try await opened.store.change(message.message.id, Self.action, by: live.person, at: live.now())
                live.say("\(message.message.id) \(Self.words)")
            }
        }
    }

    /// A page at a time, and those of a page together, so that they share commits: a hundred thousand take seconds and no memory to speak of.
    private func changeAll(_ opened: OpenedStore) async throws {
        let live = opened.live
        var bar = ProgressBar("\(Self.action.rawValue)", of: nil, live)
        let directory = try await opened.store.directory(of: DirectorySlice())
        var (changed, passed) = (0, 0)
        var obstacle: String?
        var filter = QueueFilter(state: choice.state)
        while case let page = try await opened.store.list(filter), !page.isEmpty {
            filter.after = page.last?.message.id
            let chosen = page.filter { queued in
                guard choice.contains(queued), Self.action.makesSense(for: queued.state) else { return false }
                guard Self.action == .release, let why = directory.obstacleToRelease(of: queued.message) else { return true }
                obstacle = why
                return false
            }
            let count = await withTaskGroup(of: Bool.self) { group in
                for queued in chosen {
                    group.addTask {
                        do throws(StoreFailure) {
                            try await opened.store.change(queued.message.id, Self.action, by: live.person, at: live.now())
                            return true
                        } catch { return false }  // sent, claimed or changed meanwhile: told of below as passed over
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            changed += count
            passed += chosen.count - count
            bar.advance(to: changed)
        }
        bar.finish()
        if let obstacle, changed == 0 { throw CommandFailure(.configuration, obstacle) }
        live.say("\(changed) messages: \(Self.words)" + (passed == 0 ? "" : "; \(passed) were being sent or changed meanwhile"))
    }
}

extension QueueAction {
    /// Of one that a person names, the store says why not; of all, the others are passed over.
    fileprivate func makesSense(for state: QueuedMessage.StateName) -> Bool {
        switch (self, state) {
        case (.retry, .waiting), (.retry, .failed), (.hold, .waiting), (.release, .held), (.remove, .waiting), (.remove, .held),
            (.remove, .failed):
            true
        case (_, .claimed), (_, .done), (.retry, .held), (.hold, .held), (.hold, .failed), (.release, .waiting), (.release, .failed): false
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
        static let words = "will be tried now"
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
        static let words = "is held"
        @OptionGroup var options: StoreOptions
        @OptionGroup var choice: QueueChoice
    }

    struct Release: QueueVerb {
        static let configuration = CommandConfiguration(
            abstract: "Let a held message go.",
            discussion: """
                Example:
                  mandate queue release m-0123456789abcdef
                  mandate queue release --all
                """)
        static let action = QueueAction.release
        static let words = "is released"
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
        static let words = "is removed and will not be sent"
        @OptionGroup var options: StoreOptions
        @OptionGroup var choice: QueueChoice
    }
}
