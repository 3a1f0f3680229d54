internal import GRDB
internal import Relay

/// Writes a batch in one transaction. Each job has a savepoint, so one that fails does not undo the others; where the transaction as a whole
/// fails, each job is tried once more alone, so that a message too big for the disk does not take a settlement down with it.
struct BatchWrite {
    private typealias Answer = @Sendable () -> Void
    let pool: DatabasePool
    let pen: JournalPen?
    let counter: Counter

    func write(_ batch: [Writer.Job]) {
        do {
            let answers = try commit(batch)
            for answer in answers { answer() }
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

    private func commit(_ batch: [Writer.Job]) throws -> [Answer] {
        try pool.writeWithoutTransaction { database in
            let transaction = Transaction(database, pen: pen)
            var answers: [Answer] = []
            try database.inTransaction(.immediate) {
                if batch.count == 1 {
                    answers.append(try batch[0].perform(transaction))
                } else {
                    for job in batch { answers.append(try attempt(job, in: transaction, of: database)) }
                }
                return .commit
            }
            let savepoints = batch.count == 1 ? 0 : batch.count * 2
            counter.add(writes: batch.count, statements: transaction.statements + savepoints + 2)
            return answers
        }
    }

    private func attempt(_ job: Writer.Job, in transaction: Transaction, of database: Database) throws -> Answer {
        do {
            var answer: Answer = {}
            try database.inSavepoint {
                answer = try job.perform(transaction)
                return .commit
            }
            return answer
        } catch {
            transaction.head = nil  // what was appended is gone with the savepoint
            let failure = StoreFailure(error)
            // On some errors SQLite rolls the whole transaction back by itself (lang_transaction.html, section 3.1).
            if failure.spoilsBatch || !database.isInsideTransaction { throw error }
            return { job.fail(failure) }
        }
    }
}
