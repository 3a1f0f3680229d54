internal import Mail
internal import NIOCore
internal import Synchronization

/// Counts connections and failed log-ins by address. A guesser is slowed and then sent away; whoever gives a right key is let in at once from the same address, since
/// keys are too long to be found by guessing.
final class Doorkeeper: Sendable {
    private struct Failures {
        var count: Int
        var last: NIODeadline
    }

    /// Whose share a connection is counted in.
    enum Visitor: Sendable, Hashable {
        case address(IPAddress)
        /// Any account of this machine, at the socket.
        case local

        /// Whoever has an IPv6 address has the 2^64 beside it.
        var counted: Visitor {
            guard case .address(let address) = self, address.isIPv6 else { return self }
            return .address(IPAddress(octets: Array(address.octets.prefix(8)) + Array(repeating: 0, count: 8)) ?? address)
        }
    }

    private struct State {
        var total = 0
        var connections: [Visitor: Int] = [:]
        var failures: [Visitor: Failures] = [:]
    }

    /// Failures are forgotten after this long without another.
    private static let memory = TimeAmount.minutes(10)
    /// Addresses remembered; more than that come from somebody who has as many as he likes.
    private static let mostAddresses = 10_000
    /// Failures of one address after which each further one ends its connection.
    private static let patience = 10

    private let state = Mutex(State())

    /// False: there are too many connections already, of that visitor or in all. `leave` must follow what was let in.
    func enter(_ visitor: Visitor, most: Int, share: Int) -> Bool {
        state.withLock { state in
            guard state.total < most, state.connections[visitor.counted, default: 0] < share else { return false }
            state.connections[visitor.counted, default: 0] += 1
            state.total += 1
            return true
        }
    }

    func leave(_ visitor: Visitor) {
        state.withLock { state in
            state.total -= 1
            guard let count = state.connections[visitor.counted] else { return }
            state.connections[visitor.counted] = count > 1 ? count - 1 : nil
        }
    }

    /// How long the answer to a failed log-in waits: a second, then two, four, eight; and whether this address has failed often enough to be sent away.
    func failed(_ visitor: Visitor, at now: NIODeadline) -> (delay: TimeAmount, isEnough: Bool) {
        let visitor = visitor.counted
        return state.withLock { state in
            if state.failures.count >= Self.mostAddresses { state.failures = state.failures.filter { now - $0.value.last < Self.memory } }
            let before = state.failures[visitor].flatMap { now - $0.last < Self.memory ? $0.count : nil } ?? 0
            if state.failures.count < Self.mostAddresses { state.failures[visitor] = Failures(count: before + 1, last: now) }
            return (.seconds(1 << Int64(min(before, 3))), before + 1 >= Self.patience)
        }
    }
}
