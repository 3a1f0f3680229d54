internal import Synchronization

/// What the client has done since it was made: budgets are asserted on these counts.
package struct TransmitStatistics: Sendable, Hashable {
    package var connectionsOpened = 0
    package var signIns = 0
    /// Messages whose content the server took.
    package var messages = 0
    /// Octets of content given to the network, dots doubled and the final dot included.
    package var octets = 0
    /// Messages that began on a kept connection, found it dead, and went over a new one.
    package var retriesOnDeadConnection = 0

    package init() {}
}

/// Keeps the count for all connections; a class because they share it.
final class TransmitTally: Sendable {
    private let statistics = Mutex(TransmitStatistics())

    var current: TransmitStatistics { statistics.withLock { $0 } }

    func count(_ change: (inout TransmitStatistics) -> Void) {
        statistics.withLock { change(&$0) }
    }
}
