internal import Synchronization

/// Work that a request began and does not wait for, such as asking a provider for a quarter of an hour whether somebody has typed a code: it belongs to the
/// service and ends with it. A class because requests share it.
package final class BackgroundTasks: Sendable {
    /// At once; who begins more is told to come back.
    private static let most = 100
    private let begun = Atomic(0)
    private let work: AsyncStream<@Sendable () async -> Void>
    private let enter: AsyncStream<@Sendable () async -> Void>.Continuation

    package init() { (work, enter) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.most)) }

    package func begin(_ task: @escaping @Sendable () async -> Void) throws(Problem) {
        let isRoom = begun.add(1, ordering: .relaxed).newValue <= Self.most
        guard isRoom, case .enqueued = enter.yield(task) else {
            begun.subtract(1, ordering: .relaxed)
            throw Problem(.busy, "too much is under way already", fix: "repeat the request later", retryAfter: 60)
        }
    }

    /// Until its task is cancelled, and what is under way with it.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await task in work {
                group.addTask { [self] in
                    await task()
                    begun.subtract(1, ordering: .relaxed)
                }
            }
            group.cancelAll()
        }
    }
}
