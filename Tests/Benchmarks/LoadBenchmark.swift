import FoundationEssentials
import Foundation
import Mail
import Relay
import SQLiteEngine
import Store

/// A service must answer within a second of its start, and follow a change without loading the rest again.
enum LoadBenchmark {
    static func run(_ sizes: [Int]) async throws {
        print("— loading from SQLite")
        for users in sizes { try await measure(users: users, delegations: users / 10) }
    }

    private static func measure(users: Int, delegations: Int) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mandate-load-\(users)-\(getpid())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }  // a benchmark's leftovers are no one's loss
        let random: RandomBytes = { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }
        let vault = try Vault(key: Secret(random(32)))
        let store = try await SQLiteStore.create(at: folder, vault: vault, random: random)
        let entities = Organisation(users: users, delegations: delegations).entities
        let clock = ContinuousClock()
        let at = Date(timeIntervalSince1970: 1_800_000_000)
        let fill = try await clock.measure {
            // In pieces, as an import does: one edit holds the writer while it runs.
            for start in stride(from: 0, to: entities.count, by: 50_000) {
                let piece = entities[start..<min(start + 50_000, entities.count)]
                _ = try await store.apply(DirectoryEdit(piece.map(DirectoryChange.put), by: "benchmark", at: at))
            }
        }
        try await store.close()
        let before = Memory.resident()
        var loaded: (store: DatabaseStore, directory: Directory)?
        let load = try await clock.measure {
            let store = try await SQLiteStore.open(at: folder, vault: vault, random: random)
            loaded = (store, try await store.directory())
        }
        guard let loaded else { return }
        let snapshots = Snapshots(Snapshot(directory: loaded.directory, conditions: Conditions()))
        let change = DirectoryChange.put(
            .user(User(id: Organisation.user(1), name: "Renamed", addresses: [UserAddress(Organisation.address(1))])))
        _ = try await loaded.store.apply(DirectoryEdit([change], by: "benchmark", at: at))
        let follow = try await clock.measure { try await snapshots.catchUp(with: loaded.store) }
        row("\(users) users, \(delegations) delegations: filled, journal included, in", "\((fill / .seconds(1)).short) s")
        row("  opened and loaded in", "\((load / .milliseconds(1)).short) ms, \((Memory.resident() - before) >> 20) MB")
        row("  one change followed in", "\((follow / .milliseconds(1)).short) ms")
        try await loaded.store.close()
    }
}
