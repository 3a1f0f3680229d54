internal import Foundation
package import Relay
package import struct FoundationEssentials.Date
internal import Synchronization

/// So many random octets; `Main/Live.swift` has the real ones.
package typealias RandomBytes = @Sendable (_ count: Int) -> [UInt8]

/// A store in a database: everything of `Relay.Store`, durable when a call returns. Several processes may have it open.
///
/// Writes go through one thread that lets those who wait share a commit; reads run beside it, never on Swift's cooperative threads. A class because it owns the
/// engine's connections and a thread; its parts are themselves safe to share.
package final class DatabaseStore: Sendable {
    private let writer: Writer
    package let engine: any Engine
    /// The folder of this machine's part of it: locks, doors, and the key where nobody says otherwise.
    package let folder: String
    private let pen: JournalPen?
    /// Entries of the journal that were appended here since they were filed, and whether that is being done.
    let unfiled = Mutex<(entries: Int, isRunning: Bool)>((0, false))

    private init(_ engine: any Engine, folder: String, pen: JournalPen?) {
        self.engine = engine
        self.folder = folder
        self.pen = pen
        writer = Writer(engine, pen: pen)
    }

    /// A store that is in this engine. Without a vault everything can be read, and nothing that needs a journal line can be written.
    package static func open(
        _ engine: any Engine, folder: String, vault: Vault?, random: @escaping RandomBytes
    ) async throws(StoreFailure) -> DatabaseStore {
        guard let vault else { return DatabaseStore(engine, folder: folder, pen: nil) }
        do throws(StoreFailure) {
            let pen = try await engine.read(isLong: false) { connection in
                let transaction = Transaction(connection)
                try transaction.checkIsHere()
                if let key = try transaction.sealingKey(), !vault.use(key) { throw StoreFailure.wrongKey }
                return try JournalPen.open(transaction, vault: vault, random: random)
            }
            return DatabaseStore(engine, folder: folder, pen: pen)
        } catch {
            try? await engine.close()  // what went wrong first is what is told
            throw error
        }
    }

    /// What a new store must have beside its tables: the journal's key, sealed by the vault.
    package static func furnish(_ connection: any Connection, vault: Vault, random: RandomBytes) throws {
        let sealed = try vault.seal(Secret(random(JournalPen.keySize)), for: JournalPen.keyName)
        _ = try connection.committing { try Transaction(connection).put(sealed, as: JournalPen.keyName) }
    }

    /// Where it is, for messages.
    package var place: String { engine.place }

    /// Whether a message could be kept now; throws `full` when not.
    package func checkRoom() async throws(StoreFailure) { try await reserveRoom(for: AcceptedMessage.chunkSize) }

    /// Throws `full` where mail would take the room that its settlement needs.
    func reserveRoom(for octets: Int) async throws(StoreFailure) { try await engine.checkRoom(for: octets) }

    /// Finishes the writes that wait, then lets go of the database.
    package func close() async throws(StoreFailure) {
        await writer.stop()
        try await engine.close()
    }

    /// What time it is where the database is; nil: this machine's clock will do.
    package var clock: (@Sendable () -> Date?)? { engine.clock }

    /// Who may serve; nil: a lock in the folder says so.
    package var serviceRight: (any ServiceRight)? { engine.service }

    package var statistics: Statistics { writer.statistics }

    package func dataVersion() async throws(StoreFailure) -> Int64 { try await engine.version() }
}

extension DatabaseStore {
    /// Entries as their rows have them, made before anybody waits for the writer.
    func lines(_ entries: [JournalEntry]) throws(StoreFailure) -> [JournalLine] {
        guard !entries.isEmpty else { return [] }
        guard let pen else { throw JournalPen.missing }
        return entries.map(pen.line)
    }

    /// Joins the next commit; returns when it is durable. `size`: octets of content.
    func write<Answer: Sendable>(
        size: Int = 0, _ work: @escaping @Sendable (Transaction) throws -> Answer
    ) async throws(StoreFailure) -> Answer {
        try await commit(size: size) { transaction, _ in
            let answer = try work(transaction)
            return { answer }
        }
    }

    /// The same, and more. `isPatient`: it may wait for company. `isPlain`, `ask`: as a writer's job has them. `withdraw`: takes it back, where it was written after
    /// its caller was told that it was not. The work returns what is answered once it is durable.
    func commit<Answer: Sendable>(
        size: Int = 0, isPatient: Bool = false, isPlain: Bool = false, ask: (@Sendable (Transaction) throws -> any LaterRows)? = nil,
        withdraw: (@Sendable (Transaction) throws -> Void)? = nil,
        _ work: @escaping @Sendable (Transaction, (any LaterRows)?) throws -> () -> Answer
    ) async throws(StoreFailure) -> Answer {
        let result: Result<Answer, StoreFailure> = await withCheckedContinuation { done in
            let caller = WaitingCaller(done)
            writer.add(
                Writer.Job(
                    size: size, isPatient: isPatient, isPlain: isPlain, ask: ask,
                    perform: { transaction, question in
                        let answer = try work(transaction, question)
                        return { caller.tell(.success(answer())) }
                    }, fail: { _ = caller.tell(.failure($0)) }, withdraw: withdraw))
        }
        return try result.get()
    }

    /// One snapshot of the store, beside the writer: what sending needs, and what is as short.
    func read<Answer: Sendable>(_ work: @escaping @Sendable (Transaction) throws -> Answer) async throws(StoreFailure) -> Answer {
        try await engine.read(isLong: false) { try work(Transaction($0)) }
    }

    /// One snapshot for a list, a search or a sum, which may take as long as it likes.
    func report<Answer: Sendable>(_ work: @escaping @Sendable (Transaction) throws -> Answer) async throws(StoreFailure) -> Answer {
        try await engine.read(isLong: true) { try work(Transaction($0)) }
    }
}

/// Who waits for a write, and is told once: where the database takes too long, before it is known what became of it.
private final class WaitingCaller<Answer: Sendable>: Sendable {
    private let done: Mutex<CheckedContinuation<Result<Answer, StoreFailure>, Never>?>

    init(_ done: CheckedContinuation<Result<Answer, StoreFailure>, Never>) { self.done = Mutex(done) }

    /// False: it was told before.
    func tell(_ result: Result<Answer, StoreFailure>) -> Bool {
        let waiting = done.withLock { done in
            defer { done = nil }
            return done
        }
        waiting?.resume(returning: result)
        return waiting != nil
    }
}
