import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// What became of a message is stored, whatever the store does meanwhile: the alternative is to send it twice.
@Suite(.timeLimit(.minutes(20)))
struct SettlingTests {
    private func state(_ service: FakeService, _ id: String) async throws -> QueuedMessage.StateName? {
        try await service.store.show(SpoolID(trusted: id))?.state
    }

    /// A disk that fails for a moment is no reason to send a message twice.
    @Test(arguments: [StoreFailure.busy, .full, .unavailable("the disk failed"), .damaged("a page")])
    func settlingIsTriedAgain(_ failure: StoreFailure) async throws {
        let service = try await FakeService()
        try await service.accept("m")
        await service.store.fail(.settle, with: failure, times: 3)
        let runner = service.runner()
        async let run: Void = runner.run()
        for pause in [0.5, 1, 2] {
            await service.clock.sleeper(pause...pause)
            service.clock.advance(by: pause)
        }
        runner.stop()
        await run
        #expect(try await state(service, "m") == .done)
        #expect(service.transmit.sent.count == 1)
        #expect(service.reports.count == 3)
    }

    /// A send that outlasted its first claim has a renewed one, and settling is tried while that holds.
    @Test func settlingIsTriedWhileTheRenewedClaimHolds() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        let gate = FakeGate()
        let renewed = FakeGate()
        renewed.open()
        service.transmit.stop(at: gate)
        await service.store.stop(.renew, at: renewed)
        let runner = service.runner()
        async let run: Void = runner.run()
        await gate.arrival()
        for number in 1...4 {
            await service.clock.sleeper(100...100)
            service.clock.advance(by: 100)
            await renewed.arrival(number)
        }
        await service.clock.sleeper(100...100)
        await service.store.fail(.settle, with: .busy)
        gate.open()
        await service.clock.sleeper(0.5...0.5)
        service.clock.advance(by: 0.5)
        runner.stop()
        await run
        #expect(try await state(service, "m") == .done)
        #expect(service.transmit.sent.count == 1)
    }

    /// What was sent is known: however long the disk is full, it is settled as soon as there is room, and not sent again.
    @Test func settlingIsTriedUntilTheClaimIsLost() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        await service.store.fail(.settle, with: .full, times: 100)
        await service.store.fail(.renew, with: .full, times: 100)
        let runner = service.runner()
        async let run: Void = runner.run()
        // Together far beyond the 300 seconds of a claim.
        for pause in [0.5, 1, 2, 4, 8, 16] + Array(repeating: 30.0, count: 50) {
            await service.clock.sleeper(pause...pause)
            runner.wake()
            service.clock.advance(by: pause)
        }
        await service.clock.sleeper(30...30)
        await service.store.fail(.settle, with: .full, times: 0)
        runner.stop()
        service.clock.advance(by: 30)
        await run
        #expect(try await state(service, "m") == .done)
        #expect(service.transmit.sent.count == 1)
    }

    /// The store will never take it: sent again it must not be either.
    @Test func settlementThatIsRefusedHoldsTheMessage() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        await service.store.fail(.settle, with: .conflict("recipient 0 has an outcome already"))
        let runner = service.runner()
        async let run: Void = runner.run()
        await service.clock.sleeper(0.5...0.5)
        runner.stop()
        service.clock.advance(by: 0.5)
        await run
        let shown = try #require(try await service.store.show(SpoolID(trusted: "m")))
        #expect(shown.state == .held)
        #expect(shown.why.contains("recipient 0 has an outcome already"))
        #expect(service.transmit.sent.count == 1)
        #expect(try await service.store.entries(JournalFilter()).contains { $0.entry.kind == .attempted })
    }

    /// Who must end does not wait for a disk for ever, and says what that means.
    @Test func endingAtOnceGivesSettlingUp() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        await service.store.fail(.settle, with: .full, times: 1000)
        let runner = service.runner()
        async let run: Void = runner.run()
        await service.clock.sleeper(0.5...0.5)
        service.clock.fly()
        runner.stop()
        runner.cancelAttempts()
        await run
        #expect(try await state(service, "m") == .claimed)
        #expect(service.reports.last?.contains("may arrive twice") == true)
    }
}
