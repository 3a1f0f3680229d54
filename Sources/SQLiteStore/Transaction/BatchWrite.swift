internal import GRDB
internal import Relay

/// Writes a batch in one transaction. Where one of its jobs fails, all are done again, each with a savepoint, so that the others are not undone; where the
/// transaction as a whole fails, each is tried once more alone, so that a message too big for the disk does not take a settlement down with it.
struct BatchWrite {
    private typealias Answer = @Sendable () -> Void
    let pool: DatabasePool
    let pen: JournalPen?
    let counter: Counter

    func write(_ batch: [Writer.Job]) {
        do {
            for answer in try commit(batch) ?? commit(batch, apart: true) ?? [] { answer() }
        } catch {
            let failure = StoreFailure(error)
            // Another process holds the store: waiting as long for each job again would help nobody.
            if batch.count == 1 || failure == .busy {
                for job in batch { job.fail(failure) }
            } else {
                for job in batch { write([job]) }
            }
        }
    }

    /// nil: one of several jobs failed, and nothing is written.
    private func commit(_ batch: [Writer.Job], apart: Bool = false) throws -> [Answer]? {
        try pool.writeWithoutTransaction { database in
            let transaction = Transaction(database, pen: pen)
            let answers = try transaction.committing {
                var answers: [Answer] = []
                do {
                    for job in batch {
                        answers.append(try apart ? attempt(job, in: transaction, of: database) : job.perform(transaction))
                    }
                    try transaction.writeSums()
                } catch  where !apart && batch.count > 1 && !StoreFailure(error).spoilsBatch && database.isInsideTransaction {
                    return [Answer]?.none
                }
                return answers
            }
            guard let answers else { return nil }
            let savepoints = apart ? batch.count * 2 : 0
            counter.add(writes: batch.count, statements: transaction.statements + savepoints)
            return answers
        }
    }

    private func attempt(_ job: Writer.Job, in transaction: Transaction, of database: Database) throws -> Answer {
        do {
            var answer: Answer = {}
            try database.inSavepoint {
                answer = try job.perform(transaction)
                try transaction.writeSums()
                return .commit
            }
            return answer
        } catch {
            transaction.forget()  // what was appended is gone with the savepoint
            let failure = StoreFailure(error)
            // On some errors SQLite rolls the whole transaction back by itself (lang_transaction.html, section 3.1).
            if failure.spoilsBatch || !database.isInsideTransaction { throw error }
            return { job.fail(failure) }
        }
    }
}
