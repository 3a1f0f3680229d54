internal import Relay

/// Writes a batch in one transaction. Where one of its jobs fails, all are done again, each with a savepoint, so that the others are not undone; where the
/// transaction as a whole fails, each is tried once more alone, so that a message too big for the disk does not take a settlement down with it.
struct BatchWrite {
    private typealias Answer = @Sendable () -> Void
    let engine: any Engine
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
        try engine.write { connection in
            let transaction = Transaction(connection, pen: pen)
            var isSpoilt = false
            let answers: [Answer]?
            do {
                answers = try transaction.committing {
                    do {
                        let answers = try batch.map { try apart ? attempt($0, in: transaction) : $0.perform(transaction) }
                        try transaction.writeSums()
                        return answers
                    } catch {
                        isSpoilt = StoreFailure(error).spoilsBatch || !transaction.isInTransaction
                        throw error
                    }
                }
            } catch  where !apart && batch.count > 1 && !isSpoilt && !StoreFailure(error).spoilsBatch {
                return nil
            }
            guard let answers else { return nil }
            counter.add(writes: batch.count, statements: transaction.statements)
            return answers
        }
    }

    private func attempt(_ job: Writer.Job, in transaction: Transaction) throws -> Answer {
        do {
            return try transaction.apart {
                let answer = try job.perform(transaction)
                try transaction.writeSums()
                return answer
            }
        } catch {
            let failure = StoreFailure(error)
            // On some errors the whole transaction is rolled back already.
            if failure.spoilsBatch || !transaction.isInTransaction { throw error }
            return { job.fail(failure) }
        }
    }
}
