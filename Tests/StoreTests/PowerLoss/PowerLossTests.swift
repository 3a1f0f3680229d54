import Foundation
import GRDB
import Relay
@testable import Store
import TestSupport
import Testing

/// The power fails, at any moment, with a disk that drops and tears what it was not told to keep: what was promised is there all the same.
@Suite(.serialized) struct PowerLossTests {
    private static let messages = 160
    private static let failures = 60

    private func body(_ number: Int) -> [UInt8] { (0..<(700 + number * 61 % 9000)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) } }

    private func id(_ number: Int) -> SpoolID { Samples.id("m-\(1000 + number)") }

    /// Mail comes in and leaves, and the directory changes, side by side. Returns what the disk was asked for.
    private func day(_ folder: TemporaryFolder) async throws -> [RecordingDisk.Event] {
        RecordingDisk.record(folder.path)
        let store = try await Stores.open(at: folder)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<4 {
                group.addTask {
                    for number in stride(from: lane, to: Self.messages, by: 4) { try await see(number, through: store, folder.path) }
                }
            }
            try await group.waitForAll()
        }
        let events = RecordingDisk.stop(folder.path)
        try await store.close()
        return events
    }

    /// Accepted, and born claimed; every second one is settled.
    private func see(_ number: Int, through store: DatabaseStore, _ folder: String) async throws {
        let (body, at) = (body(number), Samples.time(Double(number)))
        let message = try Samples.message(id(number).text, bodySize: body.count, at: at)
        try await store.accept(
            message, lastChunk: body, number: 0, .claimed(Samples.node, until: at.addingTimeInterval(60)), lane: nil, request: nil,
            journal: [Samples.entry(.accepted, at: at, message: message.id.text)], sightings: [])
        RecordingDisk.promise("accepted \(number)", in: folder)
        if number.isMultiple(of: 16) {
            let change = DirectoryChange.put(.user(try Samples.user("user-\(number)", "user\(number)@example.org")))
            _ = try await store.apply(DirectoryEdit([change], by: "root", at: at))
            RecordingDisk.promise("user \(number)", in: folder)
        }
        guard number.isMultiple(of: 2) else { return }
        let claim = Claim(message: message.id, attempt: 1, claimant: Samples.node, until: at.addingTimeInterval(60))
        try await store.settle(
            Settlement(
                claim: claim, at: at.addingTimeInterval(1), state: .done, outcomes: [0: .sent(reply: "250 ok")],
                journal: [Samples.entry(at: at.addingTimeInterval(1), message: message.id.text)]))
        RecordingDisk.promise("sent \(number)", in: folder)
    }

    /// What is missing of what was promised, and what is wrong with the rest.
    private func faults(_ folder: TemporaryFolder, _ promises: [String]) async throws -> [String] {
        let store: DatabaseStore
        do { store = try await Stores.open(at: folder) } catch { return ["it does not open: \(error)"] }
        var faults: [String] = []
        do {
            let directory = try await store.directory()
            for promise in promises {
                let parts = promise.split(separator: " ")
                guard let number = Int(parts[1]) else { continue }
                if parts[0] == "user" {
                    if !directory.hasUser(UserID(trusted: "user-\(number)")) { faults.append("\(promise): there is no such user") }
                    continue
                }
                let found = try await store.show(id(number))
                if found == nil { faults.append("\(promise): it is lost") }
                if parts[0] == "sent", found?.state != .done { faults.append("\(promise): it would be sent again") }
                if parts[0] == "accepted", found?.state == .claimed {
                    if try await store.chunk(0, of: id(number)) != body(number) { faults.append("\(promise): its body is another") }
                }
            }
        } catch { faults.append("it cannot be read: \(error)") }
        do { faults += try await inner(store) } catch { faults.append("it is damaged: \(error)") }
        try await store.close()
        return faults
    }

    private func inner(_ store: DatabaseStore) async throws -> [String] {
        var faults = try await store.pool.read { database in
            let integrity = try String.fetchAll(database, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
            return integrity + (try Row.fetchAll(database, sql: "PRAGMA foreign_key_check")).map { "\($0)" }
        }
        var previous = JournalChain.start
        for row in try await store.rows(of: "main", from: 1, limit: .max) {
            let mac = JournalChain(key: Stores.journalKey).mac(
                of: row.entry, at: row.position, personalDigest: row.personalDigest, after: previous)
            if mac != row.mac { faults.append("the journal's entry \(row.position.number) is not the next one") }
            previous = row.mac
        }
        return faults
    }

    /// Lets the power fail at moments spread over the day, and looks at what is left.
    private func failing(_ before: TemporaryFolder, _ events: [RecordingDisk.Event], lies: Bool, seed: UInt64) async throws -> [String] {
        var generator = FakeGenerator(seed: seed)
        var power = try FailingPower(before.path, lies: lies)
        let moments = Set((0..<Self.failures).map { _ in Int.random(in: 0..<events.count, using: &generator) })
        var faults: [String] = []
        for (moment, event) in events.enumerated() {
            power.pass(event)
            guard moments.contains(moment) else { continue }
            let (left, promises) = (power, power.promises)
            faults += try await TemporaryFolder.with { parent in
                let folder = TemporaryFolder(path: parent.path + "/after")
                try left.leave(in: folder.path, using: &generator)
                return try await self.faults(folder, promises).map { "\(lies ? "" : "seed \(seed), ")event \(moment): \($0)" }
            }
        }
        return faults
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func whatWasPromisedOutlivesThePower(_ seed: UInt64) async throws {
        try await TemporaryFolder.with { folder in
            try await Stores.create(at: folder).close()
            let before = TemporaryFolder(path: folder.path + "-before")
            try FileManager.default.copyItem(atPath: folder.path, toPath: before.path)
            defer { try? FileManager.default.removeItem(atPath: before.path) }  // the system clears what is left
            let events = try await day(folder)
            let written = events.reduce(0) { sum, event in if case .write(_, _, let bytes) = event { sum + bytes.count } else { sum } }
            #expect(written > 4 << 20, "the log is brought into the file once at least")
            // A screenful says enough.
            #expect(try await failing(before, events, lies: false, seed: seed).prefix(10) == [])
            // The net has no holes: with a disk that keeps nothing of what it says it keeps, promises are found broken.
            #expect(!(try await failing(before, events, lies: true, seed: seed)).isEmpty)
        }
    }
}
