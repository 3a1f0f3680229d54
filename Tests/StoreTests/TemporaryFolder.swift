import Foundation
import GRDB
import Relay
@testable import SQLiteEngine
@testable import Store
import Synchronization

/// A folder of its own for one test, gone afterwards.
struct TemporaryFolder {
    let path: String

    var file: String { path + "/mandate.sqlite" }

    static func with<Value>(_ use: (TemporaryFolder) async throws -> Value) async throws -> Value {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("mandate-store-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }  // the system clears what is left
        return try await use(TemporaryFolder(path: path))
    }
}

/// Stores with keys that tests know.
enum Stores {
    static func vault(_ byte: UInt8 = 1) throws -> Vault { try Vault(key: Secret([UInt8](repeating: byte, count: 32))) }

    /// Counts instead of drawing lots, so that a store is the same each time; no two answers of one generator are equal.
    static func random() -> RandomBytes {
        let counter = Counting()
        return { count in counter.next(count) }
    }

    /// What `random` gives first: the journal key of a store made with it.
    static let journalKey = [UInt8](0..<32).map { $0 &* 7 &+ 1 }

    static func create(at folder: TemporaryFolder) async throws -> DatabaseStore {
        try await SQLiteStore.create(at: folder.path, vault: vault(), random: random())
    }

    static func open(at folder: TemporaryFolder, busyLimit: Double = 5) async throws -> DatabaseStore {
        try await SQLiteStore.open(at: folder.path, vault: vault(), random: random(), busyLimit: busyLimit)
    }
}

extension DatabaseStore {
    /// The connections of a store in a file, for tests of what only a file has.
    var pool: DatabasePool {
        guard let engine = engine as? SQLiteEngine else { preconditionFailure("\(place) is no file") }
        return engine.pool
    }
}

private final class Counting: Sendable {
    private let calls = Mutex(UInt8(0))

    func next(_ count: Int) -> [UInt8] {
        let call = calls.withLock { calls in
            calls &+= 1
            return calls
        }
        return (0..<count).map { UInt8(truncatingIfNeeded: $0) &* 7 &+ call }
    }
}
