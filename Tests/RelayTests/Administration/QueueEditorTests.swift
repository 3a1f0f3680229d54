import Mail
import Relay
import TestSupport
import Testing

/// A person's wish for messages of the queue: what is done, what is not, and what is said of it.
@Suite(.timeLimit(.minutes(20)))
struct QueueEditorTests {
    private let store = MemoryStore()

    private func editor(_ entities: [DirectoryEntity] = []) -> QueueEditor {
        QueueEditor(queue: store, person: "root", now: { Samples.time(10) }) { _ throws(StoreFailure) in
            Decider(directory: Directory(entities), conditions: Conditions())
        }
    }

    private func fill(_ ids: String...) async throws {
        for id in ids { try await SpoolContract.accept(try Samples.message(id), into: store) }
    }

    @Test func aStoreThatFailsEndsItAndWhatWasDoneIsCounted() async throws {
        try await fill("a", "b", "c")
        await store.fail(.change, with: .busy)
        let failure = try #require(
            await #expect(throws: QueueEditor.Failure.self) { try await editor().changeAll(.hold, state: nil, fits: { _ in true }) })
        #expect(failure.reason == .busy)
        #expect(failure.tally.words == "2 messages are held")
    }

    @Test func whatIsBeingSentStopsNobody() async throws {
        try await fill("a", "b")
        _ = try await store.claim(1, rooms: LaneRooms(), by: Samples.node, at: Samples.time(1), until: Samples.time(60))
        #expect(try await editor().changeAll(.hold, state: nil, fits: { _ in true }).words == "1 message is held")
        await #expect(throws: AdministrationRefusal.self) { try await editor().change(["b", "a"], .release) }
        #expect(try await store.show(Samples.id("b"))?.state == .held, "all are looked at before one is touched")
    }

    /// The wish of somebody who presses a button again and again must not look like work.
    @Test func whatIsDueIsNotTriedSoonerByAWishForAll() async throws {
        try await fill("a")
        #expect(try await editor().changeAll(.retry, state: nil, fits: { _ in true }).words == "0 messages are to be tried now")
    }

    @Test func whatTheDeciderWouldHoldAgainIsNotReleased() async throws {
        try await fill("a")
        try await editor().change(["a"], .hold)
        let policy = DirectoryEntity.setting(SettingKey(.fallback), "hold")
        let refusal = try #require(await #expect(throws: AdministrationRefusal.self) { try await editor([policy]).change(["a"], .release) })
        #expect(refusal.code == .wrongState && refusal.sentence.hasPrefix("a would be held again: "), "\(refusal)")
        let tally = try await editor([policy]).changeAll(.release, state: nil, fits: { _ in true })
        #expect(tally.changed == 0 && tally.words.contains("1 would be held again: "), "\(tally.words)")
    }

    @Test func whatIsReleasedAndGoesNowhereSaysSo() async throws {
        try await fill("a")
        try await editor().change(["a"], .hold)
        var warnings: [String?] = []
        try await editor().change(["a"], .release) { warnings.append($0.warning) }
        #expect(warnings.first??.hasPrefix("a does not leave yet: ") == true, "\(warnings)")
    }
}
