internal import Relay

/// Writes batches, each in one transaction. Where one of its jobs fails, all are done again, each with a savepoint, so that the others are not undone; where the
/// transaction as a whole fails, each is tried once more alone, so that a message too big for the disk does not take a settlement down with it.
struct BatchWrite {
    private let engine: any Engine
    private let pen: JournalPen?
    private let counter: Counter
    private var commits = 0
    /// On which day each client was last here, as far as this process has written it.
    private var days: [ClientID: Int64] = [:]
    /// What may have been written although its callers were told that it was not.
    private var doubts: [Doubtful] = []

    /// Commits after which what they appended to sums is added up: what waits for it is read along, a few hundred rows.
    private static let sumsAfter = 256

    /// Commits whose end is not known, or is, and what of them must be taken back.
    private struct Doubtful {
        var commit: UnknownCommit?
        let withdrawals: [@Sendable (Transaction) throws -> Void]
    }

    init(engine: any Engine, pen: JournalPen?, counter: Counter) {
        self.engine = engine
        self.pen = pen
        self.counter = counter
    }

    mutating func write(_ batch: [Writer.Job]) {
        do {
            // First, so that nobody claims a message that was not accepted.
            try clearDoubts()
            let answers = try commit(batch) ?? commit(batch, apart: true) ?? []
            let late = zip(batch, answers).filter { !$1() }.compactMap { $0.0.withdraw }
            if !late.isEmpty { doubts.append(Doubtful(commit: nil, withdrawals: late)) }
        } catch let unknown as UnknownCommit {
            doubts.append(Doubtful(commit: unknown, withdrawals: batch.compactMap(\.withdraw)))
            for job in batch { job.fail(StoreFailure(unknown)) }
        } catch {
            let failure = StoreFailure(error)
            // Another process holds the store, or it is not there: waiting as long for each job again would help nobody.
            if batch.count == 1 || failure == .busy || !engine.isThere {
                for job in batch { job.fail(failure) }
            } else {
                for job in batch { write([job]) }
            }
        }
    }

    private mutating func clearDoubts() throws {
        while let doubt = doubts.first {
            if let unknown = doubt.commit {
                let wasCarriedOut = try engine.write { try unknown.wasCarriedOut($0) }
                doubts[0].commit = nil
                if !wasCarriedOut {
                    doubts.removeFirst()
                    continue
                }
            }
            try engine.write { connection in
                let transaction = Transaction(connection, pen: pen)
                _ = try transaction.committing {
                    for withdraw in doubt.withdrawals {
                        try withdraw(transaction)
                        try transaction.finish()
                    }
                    return true
                }
            }
            doubts.removeFirst()
        }
    }

    /// nil: one of several jobs failed, and nothing is written.
    private mutating func commit(_ batch: [Writer.Job], apart: Bool = false) throws -> [Writer.Answer]? {
        commits += 1
        let addsUp = commits.isMultiple(of: Self.sumsAfter)
        var written: [ClientID: Int64] = [:]
        defer { days.merge(written, uniquingKeysWith: max) }
        return try engine.write { [days] connection in
            let transaction = Transaction(connection, pen: pen, knownDays: days)
            var isSpoilt = false
            let answers: [Writer.Answer]?
            do {
                answers = try transaction.committing {
                    do {
                        let answers = try apart ? batch.map { try attempt($0, in: transaction) } : perform(batch, in: transaction)
                        try transaction.finish()
                        if addsUp { try transaction.addUpSums() }
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
            written = transaction.writtenDays
            counter.add(writes: batch.count, statements: transaction.statements)
            return answers
        }
    }

    /// What its jobs begin with is asked all at once: who reaches the database over a network waits for one answer instead of for many.
    private func perform(_ batch: [Writer.Job], in transaction: Transaction) throws -> [Writer.Answer] {
        let plain = batch.prefix(while: \.isPlain)
        if !plain.isEmpty { try transaction.askBearings() }
        let questions = try plain.map { try $0.ask?(transaction) }
        let answers = try zip(plain, questions).map { try $0.perform(transaction, $1) }
        return try answers + batch.dropFirst(plain.count).map { try $0.perform(transaction, $0.ask?(transaction)) }
    }

    private func attempt(_ job: Writer.Job, in transaction: Transaction) throws -> Writer.Answer {
        do {
            return try transaction.apart {
                let answer = try job.perform(transaction, job.ask?(transaction))
                try transaction.finish()
                return answer
            }
        } catch {
            let failure = StoreFailure(error)
            // On some errors the whole transaction is rolled back already.
            if failure.spoilsBatch || !transaction.isInTransaction { throw error }
            return {
                job.fail(failure)
                return true
            }
        }
    }
}
