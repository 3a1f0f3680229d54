package import Mail
internal import Synchronization

/// Counts what was tried in vain to sign in with, each visitor apart: whoever fails under one name from one place keeps nobody else out. What follows from a
/// count is for each way in to say; a key of 256 bits cannot be guessed, so a right one is let in whatever the count is.
///
/// Of more visitors than are remembered, those that have been quiet for longest are forgotten, and never all. A class because all connections share it.
package final class FailedSignIns: Sendable {
    package enum Visitor: Sendable, Hashable {
        /// Who tries this name from there.
        case name(String, from: IPAddress)
        /// Everyone who tries this name, wherever.
        case anyone(String)
        /// A browser that was let in before.
        case browser(String)

        /// As it is counted: in one spelling, short, and with all that one person has at hand.
        fileprivate var counted: Visitor {
            switch self {
            case .name(let name, let address): .name(Self.short(name), from: address.neighbourhood)
            case .anyone(let name): .anyone(Self.short(name))
            case .browser: self
            }
        }

        /// No name of a client's is longer, and whoever sends longer ones is to cost no memory.
        private static func short(_ name: String) -> String { String(name.lowercased().prefix(100)) }
    }

    package struct Record: Sendable, Hashable {
        package var failures: Int
        /// When the last one was, in seconds of the clock that is counted by.
        package var last: Double
    }

    private struct State {
        var recent: [Visitor: Record] = [:]
        var older: [Visitor: Record] = [:]
    }

    /// Seconds without another that forgive.
    private let memory: Double
    /// Visitors remembered at least; twice as many at most.
    private let most: Int
    private let state = Mutex(State())

    package init(memory: Double, most: Int = 10_000) {
        self.memory = memory
        self.most = most
    }

    /// One more; returns how many there are in a row. `moment`: seconds of any one clock.
    @discardableResult package func add(_ visitor: Visitor, at moment: Double) -> Int {
        let visitor = visitor.counted
        return state.withLock { state in
            var record = fresh(visitor, state, moment) ?? Record(failures: 0, last: moment)
            // More make no difference, and a number that always grows ends in a fault.
            record.failures = min(record.failures + 1, 1_000_000)
            record.last = moment
            state.older[visitor] = nil
            state.recent[visitor] = record
            if state.recent.count >= most { state = State(older: state.recent) }
            return record.failures
        }
    }

    /// nil: it has not failed lately.
    package func record(of visitor: Visitor, at moment: Double) -> Record? { state.withLock { fresh(visitor.counted, $0, moment) } }

    package func forgive(_ visitor: Visitor) {
        state.withLock { state in
            state.recent[visitor.counted] = nil
            state.older[visitor.counted] = nil
        }
    }

    private func fresh(_ visitor: Visitor, _ state: State, _ moment: Double) -> Record? {
        guard let record = state.recent[visitor] ?? state.older[visitor], moment - record.last < memory else { return nil }
        return record
    }
}
