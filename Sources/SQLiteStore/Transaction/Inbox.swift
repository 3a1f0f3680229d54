internal import Foundation

/// Hands the waiting writes to the writer's thread, in their order. Its length is bounded by its callers: each waits for its own answer.
///
/// Unchecked, because the compiler cannot see what the condition guards: `waiting`, `isClosed`, `isThrough` and `finish` are touched by `add`, `next` and
/// `close` alone, and only while they hold it. A `Mutex` cannot be waited on, and the writer's thread must sleep until there is something to do.
final class Inbox: @unchecked Sendable {
    /// More would keep the first caller waiting for the last; fewer would flush more often. A chunk is 256 KiB, so 4 MiB are 16 of them.
    static let largestBatch = 64
    static let mostContent = 4 * 1024 * 1024

    private let condition = NSCondition()
    private var waiting: [Writer.Job] = []
    private var isClosed = false
    private var isThrough = false
    private var finish: [@Sendable () -> Void] = []

    /// False once it is closed.
    func add(_ job: Writer.Job) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard !isClosed else { return false }
        waiting.append(job)
        condition.signal()
        return true
    }

    /// Blocks until there is something to do; nil when closed and empty.
    func next() -> [Writer.Job]? {
        condition.lock()
        while waiting.isEmpty && !isClosed { condition.wait() }
        guard !waiting.isEmpty else {
            isThrough = true
            let finish = finish
            self.finish = []
            condition.unlock()
            for tell in finish { tell() }
            return nil
        }
        var count = 0
        var size = 0
        while count < min(waiting.count, Self.largestBatch), count == 0 || size + waiting[count].size <= Self.mostContent {
            size += waiting[count].size
            count += 1
        }
        let batch = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        condition.unlock()
        return batch
    }

    func close(_ tell: @escaping @Sendable () -> Void) {
        condition.lock()
        isClosed = true
        let wasThrough = isThrough
        if !wasThrough { finish.append(tell) }
        condition.signal()
        condition.unlock()
        if wasThrough { tell() }
    }
}
