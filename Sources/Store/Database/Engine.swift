package import Relay
package import struct FoundationEssentials.Date

/// What a store needs of the database that it is in. Everything that is a rule stands in this module; an engine has connections, the dialect, and knows what it takes
/// for a commit to last.
package protocol Engine: Sendable {
    /// Where it is, for messages.
    var place: String { get }

    /// Runs `work` with the one connection that writes, on the calling thread, which is the writer's. It may run more than once, each time on a clean connection.
    func write<Answer>(_ work: (any Connection) throws -> Answer) throws -> Answer

    /// False: the last write found no database. Trying each of many writes again would only keep them waiting.
    var isThere: Bool { get }

    /// What time it is where the database is; nil: here. It answers nil as long as that was not asked.
    var clock: (@Sendable () -> Date?)? { get }

    /// Seconds that whoever writes waits for an answer at most; nil: as long as it takes.
    var patience: Double? { get }

    /// Who may serve; nil: a lock in the folder says so.
    var service: (any ServiceRight)? { get }

    /// Runs `work` in one snapshot, beside the writer and on a thread of the engine's own. `isLong`: for a list, a search or a sum, which may take as long as it
    /// likes; nothing that sends waits for one of these.
    func read<Answer: Sendable>(
        isLong: Bool, _ work: @escaping @Sendable (any Connection) throws -> Answer
    ) async throws(StoreFailure) -> Answer

    /// A number that moves whenever others have committed.
    func version() async throws(StoreFailure) -> Int64

    /// Throws `full` where so many octets of mail would take the room that their settlement needs.
    func checkRoom(for octets: Int) async throws(StoreFailure)

    /// Lets go of its connections.
    func close() async throws(StoreFailure)
}

/// A connection, for the thread that it is lent to. Whatever goes wrong is thrown as a `StoreFailure`.
package protocol Connection: AnyObject {
    var dialect: Dialect { get }
    /// False, too, once the database has ended the transaction by itself.
    var isInTransaction: Bool { get }

    func begin() throws
    /// Returns when what was written lasts. Throws `UnknownCommit` where that cannot be found out.
    func commit() throws
    func rollback() throws
    func beginSavepoint() throws
    func releaseSavepoint() throws
    func rollbackToSavepoint() throws

    /// A step of giving room that became free back to the disk; `octets`: how much it was.
    func giveBack() throws -> (isDone: Bool, octets: Int)

    /// Carries out a statement nobody waits for: that it failed, or changed another number of rows than expected, may be told by a later call, at the latest by
    /// `commit` or `releaseSavepoint`.
    func run(_ sql: String, _ values: Values, _ expected: ExpectedRows?) throws
    /// Returns the number of rows that were changed.
    func change(_ sql: String, _ values: Values) throws -> Int
    /// Asks, and goes on: whoever looks at the answer waits for it. It is carried out in its turn, or later, but before the commit.
    func ask(_ sql: String, _ values: Values) throws -> any LaterRows
    /// `areMany`: more than should be held at once. Going through the same text twice at once would disturb both: nobody does.
    func rows(_ sql: String, _ values: Values, areMany: Bool, _ use: (any Rows) throws -> Void) throws
}

extension Connection {
    /// Keeps what the work wrote; where it answers nil or throws, nothing of it.
    package func committing<Answer>(_ work: () throws -> Answer?) throws -> Answer? {
        try begin()
        do {
            let answer = try work()
            if answer == nil { try rollback() } else { try commit() }
            return answer
        } catch {
            // Whatever becomes of it, this is not the error to be told.
            if isInTransaction { try? rollback() }
            throw error
        }
    }
}

/// A commit that may have been carried out, or was and may not last. Whoever waited for it is told that it failed; once the database can be asked again, what was
/// carried out after all is taken back where it would do harm.
package struct UnknownCommit: Error {
    package let words: String
    /// Whether it was carried out, as a later connection finds it. Throws where that cannot be found out now either.
    package let wasCarriedOut: @Sendable (any Connection) throws -> Bool

    package init(_ words: String, wasCarriedOut: @escaping @Sendable (any Connection) throws -> Bool) {
        self.words = words
        self.wasCarriedOut = wasCarriedOut
    }
}

/// How many rows a statement must change.
package struct ExpectedRows: Sendable {
    package let count: Int
    /// What it means if it does not.
    package let otherwise: StoreFailure

    package init(count: Int, otherwise: StoreFailure) {
        self.count = count
        self.otherwise = otherwise
    }
}

/// What was asked of a connection. It is looked at once, within the transaction.
package protocol LaterRows {
    func rows(_ use: (any Rows) throws -> Void) throws
}

extension LaterRows {
    func first<Value>(_ read: (inout Columns) throws -> Value) throws -> Value? {
        var found: Value?
        try rows { rows in
            guard try rows.next() else { return }
            var columns = Columns(rows)
            found = try read(&columns)
        }
        return found
    }
}

/// A statement's rows, one after another.
package protocol Rows {
    /// False: there is no more.
    func next() throws -> Bool
    /// nil: NULL. These are of the row that `next` went to; octets are good until the next row.
    func kind(_ column: Int) -> ColumnKind?
    func integer(_ column: Int) -> Int64
    func real(_ column: Int) -> Double
    func text(_ column: Int) -> UnsafeBufferPointer<UInt8>
    func bytes(_ column: Int) -> UnsafeRawBufferPointer
}

extension Rows {
    func optionalText(_ column: Int) -> UnsafeBufferPointer<UInt8>? { kind(column) == nil ? nil : text(column) }
}

/// The kinds of values that columns have. A flag is a whole number.
package enum ColumnKind: Sendable {
    case integer, real, text, bytes
}
