internal import Foundation
internal import Relay

/// The one writer of a process: a thread of its own that drains the waiting writes into one transaction and answers each caller after the commit,
/// so durability costs one flush per batch. While a batch is being flushed the next one gathers by itself; nobody waits for company.
///
/// A class because it owns a thread and ends it.
final class Writer: Sendable {
    /// A write, ready to be tried. `perform` may be called more than once, each time on a clean transaction.
    struct Job: Sendable {
        /// Octets of content it carries.
        let size: Int
        /// Nobody hurries for it: it may wait for a moment, so that it shares the flush of one that comes next.
        let isPatient: Bool
        /// Does the work and returns how to tell the caller, which is done after the commit.
        let perform: @Sendable (Transaction) throws -> @Sendable () -> Void
        let fail: @Sendable (StoreFailure) -> Void
    }

    private let inbox = Inbox()
    private let counter = Counter()

    init(_ engine: any Engine, pen: JournalPen?) {
        // The thread holds what it works with, not the writer: when the last user of the store lets go, the thread ends.
        let thread = Thread { [inbox, counter] in
            while let batch = inbox.next() { BatchWrite(engine: engine, pen: pen, counter: counter).write(batch) }
        }
        thread.name = "Store writer"
        thread.start()
    }

    var statistics: Statistics { counter.statistics }

    func add(_ job: Job) {
        if !inbox.add(job) { job.fail(.unavailable("the store is closed")) }
    }

    /// No write is taken any more; those that wait are still done. Returns when the thread is through.
    func stop() async { await withCheckedContinuation { done in inbox.close { done.resume() } } }

    deinit { inbox.close {} }
}
