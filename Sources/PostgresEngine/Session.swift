internal import CPostgres
internal import Glibc
internal import Relay

/// A session with a PostgreSQL server in libpq's pipeline mode (libpq-pipeline-mode): statements are sent without waiting for those before them, and what became of
/// them is read in their order. Every call belongs to the thread that made it, and may wait.
///
/// A class because it owns libpq's connection.
final class Session {
    private let connection: OpaquePointer
    /// What the server said beside its answers since this was asked last: SQLSTATE and words.
    private let notices = Notices()

    init(_ address: PostgresAddress) throws(StoreFailure) {
        guard let connection = address.connect() else { throw .unavailable("out of memory") }
        self.connection = connection
        // From here on whatever is thrown ends with the connection's end, too.
        let isConnected = PQstatus(connection) == CONNECTION_OK
        if isConnected, let objection = address.objection(to: connection) { throw .unavailable(objection) }
        guard isConnected, PQsetnonblocking(connection, 1) == 0, PQenterPipelineMode(connection) == 1 else {
            throw StoreFailure(connecting: Self.line(String(cString: PQerrorMessage(connection))), to: address)
        }
        PQsetNoticeReceiver(connection, Notices.receive, Unmanaged.passUnretained(notices).toOpaque())
    }

    deinit { PQfinish(connection) }

    /// False: whatever was under way is lost, or, if it was a commit, unknown.
    var isAlive: Bool { PQstatus(connection) == CONNECTION_OK }
    var isInTransaction: Bool { isAlive && [PQTRANS_INTRANS, PQTRANS_INERROR].contains(PQtransactionStatus(connection)) }

    /// The server process that this session was told it has; a pooler tells a number of its own.
    var processID: Int64 { Int64(PQbackendPID(connection)) }

    func takeNotices() -> [String] { notices.take() }

    // MARK: Asking

    func prepare(_ sql: String, as name: String, types: [Oid]) throws(StoreFailure) {
        try sent(PQsendPrepare(connection, name, sql, Int32(types.count), types))
    }

    func run(prepared name: String, _ parameters: Parameters) throws(StoreFailure) {
        try sent(
            parameters.withPointers { count, values, lengths, formats in
                PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1)
            })
    }

    /// Without preparing it: behind a pooler that gives each transaction another server process.
    func run(_ sql: String, types: [Oid], _ parameters: Parameters) throws(StoreFailure) {
        try sent(
            parameters.withPointers { count, values, lengths, formats in
                PQsendQueryParams(connection, sql, count, types, values, lengths, formats, 1)
            })
    }

    /// The end of what belongs together: behind an error the server passes over everything up to here.
    func sync() throws(StoreFailure) { try sent(PQpipelineSync(connection)) }

    private func sent(_ isSent: Int32) throws(StoreFailure) { if isSent != 1 { throw lost } }

    /// Hands what is asked to the kernel, as much as it takes: nobody waits for the answer yet.
    func flush() { _ = PQflush(connection) }

    // MARK: Answers

    /// The answer to one statement. Whoever asks knows that there is one.
    func answer() throws(StoreFailure) -> Answer {
        let answer = try next()
        // Behind each statement's answer there is nothing, once.
        while true {
            try wait()
            guard let more = PQgetResult(connection) else { return answer }
            PQclear(more)
        }
    }

    /// The answer to `sync`.
    func syncAnswer() throws(StoreFailure) {
        let answer = try next()
        guard answer.status == PGRES_PIPELINE_SYNC else { throw .unavailable("the database's answers are out of step") }
    }

    private func next() throws(StoreFailure) -> Answer {
        try wait()
        guard let result = PQgetResult(connection) else { throw lost }
        let answer = Answer(result)
        if !isAlive { throw lost }
        return answer
    }

    /// Until the next answer is whole. What is still to be sent goes out meanwhile, or both sides would wait for each other.
    private func wait() throws(StoreFailure) {
        while true {
            let unsent = PQflush(connection)
            if unsent < 0 { throw lost }
            if PQisBusy(connection) == 0 { return }
            var descriptor = pollfd(fd: PQsocket(connection), events: Int16(POLLIN) | (unsent > 0 ? Int16(POLLOUT) : 0), revents: 0)
            guard descriptor.fd >= 0 else { throw lost }
            if poll(&descriptor, 1, -1) < 0, errno != EINTR { throw lost }
            if descriptor.revents & ~Int16(POLLOUT) != 0, PQconsumeInput(connection) != 1 { throw lost }
        }
    }

    private var lost: StoreFailure {
        .unavailable("the connection to the database was lost: \(Self.line(String(cString: PQerrorMessage(connection))))")
    }

    /// libpq's messages have several lines.
    static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { $0.drop(while: { $0 == " " || $0 == "\t" }) }.joined(separator: " ")
    }
}

/// Fields of an error or notice (protocol-error-fields); libpq's names for them are characters, which do not come to Swift.
private enum Field {
    static let severity = Int32(UInt8(ascii: "V"))
    static let state = Int32(UInt8(ascii: "C"))
    static let message = Int32(UInt8(ascii: "M"))
}

/// What the server says of its own accord. A class because libpq holds on to it.
private final class Notices {
    private var all: [String] = []

    static let receive: PQnoticeReceiver = { argument, result in
        guard let argument else { return }
        let severity = PQresultErrorField(result, Field.severity)
        guard let severity, String(cString: severity) == "WARNING", let words = PQresultErrorField(result, Field.message) else { return }
        Unmanaged<Notices>.fromOpaque(argument).takeUnretainedValue().all.append(String(cString: words))
    }

    func take() -> [String] {
        defer { all = [] }
        return all
    }
}

/// An answer to a statement. A class because it owns libpq's result.
final class Answer {
    let result: OpaquePointer

    fileprivate init(_ result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }

    var status: ExecStatusType { PQresultStatus(result) }
    var rows: Int { Int(PQntuples(result)) }
    /// How many rows the statement changed.
    var changes: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }
    /// What was carried out: a commit of what cannot be committed says ROLLBACK.
    var command: String { String(cString: PQcmdStatus(result)) }

    /// nil: it was carried out.
    var failure: StoreFailure? {
        switch status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: nil
        case PGRES_PIPELINE_ABORTED: .unavailable("a statement before this one failed")
        default:
            StoreFailure(
                state: PQresultErrorField(result, Field.state).map { String(cString: $0) } ?? "",
                words: PQresultErrorField(result, Field.message).map { String(cString: $0) }
                    ?? Session.line(String(cString: PQresultErrorMessage(result))))
        }
    }
}
