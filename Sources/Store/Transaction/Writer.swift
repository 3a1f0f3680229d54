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
        /// It touches nothing but messages of its own: what it asks may be asked before the work of those before it that are like it.
        let isPlain: Bool
        /// What its work begins with.
        let ask: (@Sendable (Transaction) throws -> any LaterRows)?
        /// Does the work and returns how to tell the caller, which is done after the commit, on the same thread.
        let perform: @Sendable (Transaction, (any LaterRows)?) throws -> Answer
        let fail: @Sendable (StoreFailure) -> Void
        /// Takes back what was written although its caller was told that it was not; nil: that does no harm.
        var withdraw: (@Sendable (Transaction) throws -> Void)?
    }

    /// Tells the caller; false: it was told something else before.
    typealias Answer = () -> Bool

    private let inbox = Inbox()
    private let counter = Counter()
    private let watch: CommitWatch?

    init(_ engine: any Engine, pen: JournalPen?) {
        // The thread holds what it works with, not the writer: when the last user of the store lets go, the thread ends.
        watch = engine.patience.map { [inbox] in CommitWatch(patience: $0, inbox) }
        let thread = Thread { [inbox, counter, watch] in
            var write = BatchWrite(engine: engine, pen: pen, counter: counter)
            while let batch = inbox.next() {
                watch?.begin(batch)
                write.write(batch)
                watch?.end()
            }
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
