internal import Dispatch
internal import Relay
internal import Synchronization

/// Tells those who wait for a database that does not answer that it does not. The writer itself goes on waiting: a commit is never cut off by us, since what became
/// of it would be unknown.
///
/// A class because the writer's thread, a timer and the owner share it.
final class CommitWatch: Sendable {
    private let batch = Mutex<(jobs: [Writer.Job], since: DispatchTime)?>(nil)
    private let inbox: Inbox
    private let patience: Double
    /// Made and started here; only its end is asked for elsewhere, which dispatch allows from anywhere.
    private nonisolated(unsafe) let timer: any DispatchSourceTimer

    init(patience: Double, _ inbox: Inbox) {
        self.patience = patience
        self.inbox = inbox
        timer = DispatchSource.makeTimerSource()
        // Nobody minds being told a tenth later.
        timer.schedule(deadline: .now() + patience / 10, repeating: patience / 10)
        timer.setEventHandler { [weak self] in self?.look() }
        timer.activate()
    }

    deinit { timer.cancel() }

    func begin(_ jobs: [Writer.Job]) { batch.withLock { $0 = (jobs, .now()) } }
    func end() { batch.withLock { $0 = nil } }

    private func look() {
        let late = batch.withLock { batch -> [Writer.Job] in
            guard let under = batch, under.since + patience < .now() else { return [] }
            batch = ([], under.since)
            return under.jobs + inbox.takeAll()
        }
        for job in late { job.fail(.unavailable("the database does not answer")) }
    }
}
