package import Mail
internal import Synchronization

/// How many places each visitor has taken, of connections or of work, so that one that takes all it can get leaves room for the others. A class because all
/// connections share it.
package final class ConnectionLimit: Sendable {
    package enum Visitor: Sendable, Hashable {
        case address(IPAddress)
        /// Any account of this machine, at the socket.
        case local

        fileprivate var counted: Visitor {
            switch self {
            case .address(let address): .address(address.neighbourhood)
            case .local: .local
            }
        }
    }

    private struct State {
        var total = 0
        var taken: [Visitor: Int] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// False: there are as many as there may be already, of that visitor or in all. `leave` must follow what was let in.
    package func take(_ visitor: Visitor, most: Int, share: Int) -> Bool {
        state.withLock { state in
            guard state.total < most, state.taken[visitor.counted, default: 0] < share else { return false }
            state.taken[visitor.counted, default: 0] += 1
            state.total += 1
            return true
        }
    }

    package func leave(_ visitor: Visitor) {
        state.withLock { state in
            state.total -= 1
            let rest = state.taken[visitor.counted, default: 0] - 1
            state.taken[visitor.counted] = rest > 0 ? rest : nil
        }
    }
}
