internal import Synchronization

/// What the writer has done, for budgets: tests count statements and commits, never seconds.
package struct Statistics: Sendable, Hashable {
    package var commits = 0
    /// Callers answered; more than commits when commits were shared.
    package var writes = 0
    /// All of them, `BEGIN`, `SAVEPOINT` and `COMMIT` included.
    package var statements = 0
    package var largestBatch = 0
}

/// Shared by the writer's thread and whoever asks; a class because it must be one for both.
final class Counter: Sendable {
    private let counted = Mutex(Statistics())

    var statistics: Statistics { counted.withLock { $0 } }

    func add(writes: Int, statements: Int) {
        counted.withLock {
            $0.commits += 1
            $0.writes += writes
            $0.statements += statements
            $0.largestBatch = max($0.largestBatch, writes)
        }
    }
}
