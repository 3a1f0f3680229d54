internal import ArgumentParser
internal import Relay
internal import SQLiteStore

/// A verb of the queue, on one message or several.
protocol QueueVerb: AsyncParsableCommand {
    var options: StoreOptions { get }
    var messages: [String] { get }
    static var action: QueueAction { get }
    /// "will be tried now"
    static var words: String { get }
}

extension QueueVerb {
    func run() async throws {
        let live = Live.current
        try await options.change(live) { opened in
            // All ids first: a slip in the last must not leave the others half done.
            var queued: [QueuedMessage] = []
            for message in messages { queued.append(try await QueueWords.find(message, opened.store)) }
            for message in queued {
                try await opened.store.change(message.message.id, Self.action, by: live.person, at: live.now())
                live.say("\(message.message.id) \(Self.words)")
            }
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
                """)
        static let action = QueueAction.retry
        static let words = "will be tried now"
        @OptionGroup var options: StoreOptions
        @Argument(help: "Messages, by id.") var messages: [String]
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
        @Argument(help: "Messages, by id.") var messages: [String]
    }

    struct Release: QueueVerb {
        static let configuration = CommandConfiguration(
            abstract: "Let a held message go.",
            discussion: """
                Example:
                  mandate queue release m-0123456789abcdef
                """)
        static let action = QueueAction.release
        static let words = "is released"
        @OptionGroup var options: StoreOptions
        @Argument(help: "Messages, by id.") var messages: [String]
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
        @Argument(help: "Messages, by id.") var messages: [String]
    }
}
