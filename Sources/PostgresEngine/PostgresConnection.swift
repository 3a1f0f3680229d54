internal import CPostgres
internal import Relay
internal import Store

/// A session as the store's rules use it: what nobody waits for is sent along with what somebody does. For one thread.
///
/// A class because what was sent and not answered is state of it.
final class PostgresConnection: Connection {
    /// What an answer is expected to, in the order in which it was asked.
    private enum Asked {
        case preparing(String)
        case statement(ExpectedRows?)
        case question(AskedQuestion)
    }

    private let session: Session
    private let schema: String
    private let isQuick: Bool
    /// A pooler stands between: each transaction may have another server process, so nothing is prepared, and nothing set for longer than one.
    private(set) var isPooled = false
    /// Of who writes: what its commits leave.
    private var mark: CommitMark?
    private var asked: [Asked] = []
    /// Prepared statements by their text.
    private var prepared: [String: String] = [:]
    private var cursors = 0

    /// Statements on their way without an answer: beyond that the answers are fetched, so that they have room.
    private static let mostAsked = 256
    /// Prepared ones that are kept; a store has some two hundred texts.
    private static let mostPrepared = 500
    /// Rows that are fetched together of many.
    private static let handful = 5000

    /// `isQuick`: each of its statements goes from row to row by an index. A plan that was made while a table was small would read it, or the index, whole when a
    /// hundred thousand messages wait, until the server has counted them.
    init(_ address: PostgresAddress, isQuick: Bool = false) throws {
        session = try Session(address)
        schema = address.schema
        self.isQuick = isQuick
        var processID: Int64 = 0
        try ask("SELECT pg_backend_pid()", [], isPrepared: false) { rows in if rows.next() { processID = rows.integer(0) } }
        isPooled = processID != session.processID
        // A pooler lends the server process to others, who must not find our settings there: each transaction brings them for itself.
        if !isPooled { try ask(Self.settings(isLocal: false), settingValues, isPrepared: false) { _ in } }
    }

    /// Nothing here is worth compiling, and a table of one row, which no index is for, would look as if it were.
    private static func settings(isLocal: Bool) -> String {
        let ways = ["seqscan", "hashjoin", "mergejoin"].map { ", set_config('enable_\($0)', ?2, \(isLocal))" }.joined()
        return "SELECT set_config('search_path', ?1, \(isLocal)), set_config('jit', 'off', \(isLocal))" + ways
    }
    private var settingValues: Values { [schema, isQuick ? "off" : "on"] }

    var isAlive: Bool { session.isAlive }
    /// What is on its way is in one: only its end would not be, and that is waited for.
    var isInTransaction: Bool { isAlive && !isEndOnItsWay && (!asked.isEmpty || session.isInTransaction) }
    var dialect: Dialect { Self.dialect }

    // MARK: Transactions

    func begin() throws {
        try begin("BEGIN")
        try mark?.leave(in: self)
    }

    /// From now on each commit leaves a row.
    func mark(as name: String, of writer: WriterRow, at address: PostgresAddress) {
        mark = CommitMark(name: name, writer: writer, address: address)
    }

    /// One snapshot, for as long as it takes.
    func beginReading() throws { try begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") }

    private func begin(_ statement: String) throws {
        try run(statement, [], nil)
        if isPooled { try run(Self.settings(isLocal: true), settingValues, nil) }
    }

    /// Warnings that come with it: a commit that was not replicated says so by one.
    func commit() throws {
        // A number of rows that is wrong must be known before.
        if asked.contains(where: { if case .statement(_?) = $0 { true } else { false } }) { try settle() }
        _ = session.takeNotices()
        try send("COMMIT", [])
        asked.append(.statement(nil))
        let answer: Answer?
        do { answer = try settle() } catch  where !isAlive {
            guard let mark else { throw error }
            if try mark.wasCarriedOutAtLast(orElse: StoreFailure(error)) { return }
            throw StoreFailure.unavailable("the connection to the database was lost, and nothing was written")
        }
        guard answer?.command == "COMMIT" else { throw StoreFailure.unavailable("the database did not commit: it rolled back") }
        if let warning = session.takeNotices().first {
            throw UnknownCommit("the database kept this, but may not have replicated it: \(warning)") { _ in true }
        }
    }

    /// Lets go of a snapshot; nobody waits for it.
    func endReading() throws {
        try run("COMMIT", [], nil)
        try session.sync()
        session.flush()
        isEndOnItsWay = true
    }
    /// The end of a snapshot was sent, and not answered yet.
    private var isEndOnItsWay = false

    func rollback() throws {
        try send("ROLLBACK", [])
        asked.append(.statement(nil))
        try settle()
    }

    func beginSavepoint() throws { try run("SAVEPOINT part", [], nil) }

    func releaseSavepoint() throws {
        try run("RELEASE part", [], nil)
        try settle()
    }

    func rollbackToSavepoint() throws {
        try run("ROLLBACK TO part", [], nil)
        try run("RELEASE part", [], nil)
        try settle()
    }

    func giveBack() -> (isDone: Bool, octets: Int) { (true, 0) }  // autovacuum's work

    // MARK: Statements

    func run(_ sql: String, _ values: Values, _ expected: ExpectedRows?) throws {
        try send(sql, values)
        asked.append(.statement(expected))
        if asked.count >= Self.mostAsked { try settle() }
    }

    func change(_ sql: String, _ values: Values) throws -> Int {
        try send(sql, values)
        asked.append(.statement(nil))
        return try settle()?.changes ?? 0
    }

    func rows(_ sql: String, _ values: Values, areMany: Bool, _ use: (any Rows) throws -> Void) throws {
        guard areMany else { return try ask(sql, values, use) }
        cursors += 1
        let cursor = "many\(cursors)"
        try send("DECLARE \(cursor) NO SCROLL CURSOR FOR \(sql)", values, isPrepared: false)
        asked.append(.statement(nil))
        try use(
            HandfulRows { [self] in
                var handful: PostgresRows?
                try ask("FETCH FORWARD \(Self.handful) FROM \(cursor)", [], isPrepared: false) { handful = $0 }
                return handful
            })
        try send("CLOSE \(cursor)", [], isPrepared: false)
        asked.append(.statement(nil))
    }

    func ask(_ sql: String, _ values: Values) throws -> any LaterRows {
        try send(sql, values)
        let question = AskedQuestion(self)
        asked.append(.question(question))
        return question
    }

    /// A class because its answer comes later.
    private final class AskedQuestion: LaterRows {
        var answer: Answer?
        private let connection: PostgresConnection

        init(_ connection: PostgresConnection) { self.connection = connection }

        func rows(_ use: (any Rows) throws -> Void) throws {
            if answer == nil { try connection.settle() }
            guard let answer else { throw StoreFailure.unavailable("a question was lost with its transaction") }
            try use(PostgresRows(answer))
        }
    }

    private func ask(_ sql: String, _ values: Values, isPrepared: Bool = true, _ use: (PostgresRows) throws -> Void) throws {
        try send(sql, values, isPrepared: isPrepared)
        asked.append(.statement(nil))
        guard let answer = try settle() else { preconditionFailure("a statement that was asked has an answer") }
        try use(PostgresRows(answer))
    }

    private func send(_ sql: String, _ values: Values, isPrepared: Bool = true) throws {
        if isEndOnItsWay {
            isEndOnItsWay = false
            _ = try readAnswers()
            try session.syncAnswer()
        }
        // Up to the next sync all is one transaction, also where none was begun.
        if isPooled, asked.isEmpty, !session.isInTransaction, !sql.hasPrefix("BEGIN") {
            let settings = try Parameters(settingValues)
            try session.run(Marks.numbered(Self.settings(isLocal: true)), types: settings.types, settings)
            asked.append(.statement(nil))
        }
        let parameters = try Parameters(values)
        guard isPrepared, !isPooled else { return try session.run(Marks.numbered(sql), types: parameters.types, parameters) }
        if let name = prepared[sql] { return try session.run(prepared: name, parameters) }
        if prepared.count >= Self.mostPrepared { try forgetPrepared() }
        let name = "s\(prepared.count)"
        try session.prepare(Marks.numbered(sql), as: name, types: parameters.types)
        prepared[sql] = name
        asked.append(.preparing(sql))
        try session.run(prepared: name, parameters)
    }

    /// From now on none does, and those that are there go.
    func unmark() {
        try? mark?.remove(from: self)  // in a day otherwise
        mark = nil
    }

    private func forgetPrepared() throws {
        prepared = [:]
        try session.run("DEALLOCATE ALL", types: [], Parameters([]))
        asked.append(.statement(nil))
    }

    // MARK: Answers

    /// Waits until all that was asked is answered, and returns the last answer. Throws what went wrong first.
    @discardableResult
    private func settle() throws -> Answer? {
        try session.sync()
        var failure: (any Error)?
        var last: Answer?
        do { last = try readAnswers() } catch { failure = error }
        guard isAlive else { throw failure ?? StoreFailure.unavailable("the connection to the database was lost") }
        try session.syncAnswer()
        if let failure { throw failure }
        return last
    }

    /// All of them, whatever becomes of one.
    private func readAnswers() throws -> Answer? {
        defer { asked = [] }
        var failure: StoreFailure?
        var last: Answer?
        for what in asked {
            let answer = try session.answer()
            last = answer
            if let wrong = answer.failure {
                if case .preparing(let sql) = what { prepared[sql] = nil }
                failure = failure ?? wrong
            } else {
                switch what {
                case .statement(let expected?) where answer.changes != expected.count: failure = failure ?? expected.otherwise
                case .question(let question): question.answer = answer
                case .statement, .preparing: break
                }
            }
        }
        if let failure { throw failure }
        return last
    }
}

/// Many rows, fetched some at a time. A class because going on changes it.
private final class HandfulRows: Rows {
    private let fetch: () throws -> PostgresRows?
    private var handful: PostgresRows?

    init(_ fetch: @escaping () throws -> PostgresRows?) { self.fetch = fetch }

    func next() throws -> Bool {
        if let handful, handful.next() { return true }
        handful = try fetch()
        return handful?.next() ?? false
    }

    private var current: PostgresRows {
        guard let handful else { preconditionFailure("a row is looked at before it was gone to") }
        return handful
    }

    func kind(_ column: Int) -> ColumnKind? { current.kind(column) }
    func integer(_ column: Int) -> Int64 { current.integer(column) }
    func real(_ column: Int) -> Double { current.real(column) }
    func text(_ column: Int) -> UnsafeBufferPointer<UInt8> { current.text(column) }
    func bytes(_ column: Int) -> UnsafeRawBufferPointer { current.bytes(column) }
}
