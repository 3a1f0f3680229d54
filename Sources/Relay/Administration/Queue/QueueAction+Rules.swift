internal import Mail
internal import struct FoundationEssentials.Date

/// What a person may do to a message of the queue, in which state, and the words for it: one table for command, API and console, and for every store, which
/// holds a wish against it within its transaction.
extension QueueAction {
    /// The state that it leads to; nil: it makes no sense there.
    package func next(from state: QueuedMessage.StateName) -> QueuedMessage.StateName? {
        switch (self, state) {
        case (.retry, .waiting), (.retry, .failed), (.release, .held): .waiting
        case (.hold, .waiting): .held
        case (.remove, .waiting), (.remove, .held), (.remove, .failed): .done
        case (_, .claimed), (_, .done), (.retry, .held), (.hold, .held), (.hold, .failed), (.release, .waiting), (.release, .failed): nil
        }
    }

    /// Why it is not done to this message; nil: it is.
    package func obstacle(to message: QueuedMessage) -> String? {
        let id = message.message.id
        guard next(from: message.state) == nil else {
            guard self == .retry, message.state == .failed, message.hasReachedAll else { return nil }
            return "\(id) has reached every recipient: there is nothing to try again"
        }
        switch message.state {
        case .claimed: return "\(id) is being sent just now: try again when the attempt has ended"
        case .held where self == .retry: return "\(id) is held: release it"
        case .waiting, .held, .failed, .done: return "\(id) is \(message.state.rawValue): \(rawValue) makes no sense there"
        }
    }

    /// Whether it is meant where it is said of all: what is due already need not be tried sooner.
    func isMeant(for message: QueuedMessage, at now: Date) -> Bool {
        if self == .retry, message.state == .waiting, let due = message.nextAttempt, due <= now { return false }
        return obstacle(to: message) == nil
    }

    /// `m-1 is held`, `5 messages are held`
    func words(of what: String, count: Int = 1) -> String { "\(what) \(count == 1 ? "is" : "are") \(done)" }

    private var done: String {
        switch self {
        case .retry: "to be tried now"
        case .hold: "held"
        case .release: "released"
        case .remove: "removed and will not be sent"
        }
    }

    /// Whether an attempt follows, which may come to nothing.
    var wakes: Bool { self == .retry || self == .release }
}

extension QueuedMessage {
    /// Whoever was refused may be tried again; whoever has the message does not get it twice.
    fileprivate var hasReachedAll: Bool {
        recipients.allSatisfy { if case .sent? = $0.outcome { true } else { false } }
    }
}
