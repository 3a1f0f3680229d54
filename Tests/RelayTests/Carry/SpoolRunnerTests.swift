import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// The runner: many messages at once, none twice, and an end when it is told.
@Suite(.timeLimit(.minutes(20)))
struct SpoolRunnerTests {
    private func state(_ service: FakeService, _ id: String) async throws -> QueuedMessage.StateName? {
        try await service.store.show(SpoolID(trusted: id))?.state
    }

    private var denied: TransmitFailure {
        TransmitFailure(stage: .content, cause: .reply(ProviderReply(code: 550, enhanced: "5.7.60", text: "no")))
    }

    @Test func stopDrains() async throws {
        let service = try await FakeService()
        for number in 0..<5 { try await service.accept("m\(number)") }
        let gate = FakeGate()
        service.transmit.stop(at: gate)
        let runner = service.runner()
        async let run: Void = runner.run()
        await gate.arrival(5)
        try await service.accept("late")
        runner.stop()
        runner.wake()
        gate.open()
        await run
        #expect(runner.isIdle)
        #expect(await service.store.settlements.count == 5)
        #expect(try await state(service, "late") == .waiting)
        #expect(service.reports.isEmpty)
    }

    @Test func stoppedBeforeItRanItClaimsNothing() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        let runner = service.runner()
        runner.wake()
        runner.stop()
        await runner.run()
        #expect(await service.store.count(.claim) == 0)
    }

    @Test(arguments: [1, 3]) func noMoreAtOnceThanAllowed(_ limit: Int) async throws {
        let service = try await FakeService()
        for number in 0..<10 { try await service.accept("m\(number)") }
        let gate = FakeGate()
        service.transmit.stop(at: gate)
        let runner = service.runner(SpoolRunner.Limits(concurrent: limit))
        async let run: Void = runner.run()
        for number in 1...10 {
            await gate.arrival(number)
            gate.release()
        }
        await gate.arrival(10)
        runner.stop()
        await run
        #expect(service.transmit.mostUnderWay <= limit)
        #expect(service.transmit.sent.count == 10)
        #expect(Set(service.transmit.sent.map(\.bytes)).count == 10)
    }

    /// Denied, and tried again at once by another route, while the first task has not quite ended: stop must wait for the second too.
    @Test func messageClaimedAgainAtOnceIsStillWaitedFor() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        let gate = FakeGate()
        service.transmit.stop(at: gate)
        let denied = denied
        service.transmit.answer { $0.login == "ann-login" ? .failure(denied) : .success([.taken]) }
        // The catch-up behind the first settling is held, so that its task lasts until the message was claimed again.
        let lasting = FakeGate()
        let settling = FakeGate()
        let runner = service.runner()
        async let run: Void = runner.run()
        await gate.arrival(1)
        await service.store.stopReturning(.changes, at: lasting)
        gate.release()
        await lasting.arrival()
        await service.store.stopReturning(.changes, at: nil)
        runner.wake()
        await gate.arrival(2)
        await service.store.stop(.settle, at: settling)
        lasting.open()
        gate.open()
        await settling.arrival()
        #expect(!runner.isIdle, "the second attempt is under way")
        runner.stop()
        settling.open()
        await run
        #expect(runner.isIdle)
        #expect(try await state(service, "m") == .done)
        #expect(service.transmit.sent.map(\.login) == ["ann-login", "desk-login"])
    }

    @Test func slowSendRenewsItsClaim() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        let gate = FakeGate()
        service.transmit.stop(at: gate)
        let runner = service.runner()
        async let run: Void = runner.run()
        await gate.arrival()
        let renewed = FakeGate()
        renewed.open()
        await service.store.stop(.renew, at: renewed)
        for number in 1...6 {
            await service.clock.sleeper(100...100)
            service.clock.advance(by: 100)
            await renewed.arrival(number)
        }
        await service.clock.sleeper(100...100)
        let thief = try await service.store.claim(
            1, rooms: LaneRooms(), by: Claimant(node: "two", incarnation: "a"), at: service.clock.now,
            until: service.clock.now.addingTimeInterval(1))
        #expect(thief.entries.isEmpty)
        runner.stop()
        gate.open()
        await run
        #expect(try await state(service, "m") == .done)
        #expect(service.reports.isEmpty)
    }

    @Test func lostClaimIsReportedOnceAndNotRenewed() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        let gate = FakeGate()
        service.transmit.stop(at: gate)
        let runner = service.runner()
        async let run: Void = runner.run()
        await gate.arrival()
        await service.clock.sleeper(100...100)
        await service.store.fail(.renew, with: .claimLost, times: 100)
        await service.store.fail(.settle, with: .claimLost)
        service.clock.advance(by: 100)
        runner.stop()
        gate.open()
        await run
        #expect(await service.store.count(.renew) <= 1)
        #expect(await service.store.count(.settle) == 1)
        #expect(service.reports.contains { $0.contains("taken over") })
    }

    /// The clock jumps over the end of the claim while the message is under way (a machine that slept, or a time server's step).
    @Test func clockThatJumpsSendsNothingTwice() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        let gate = FakeGate()
        service.transmit.stop(at: gate)
        await service.store.fail(.renew, with: .busy, times: 100)
        let claims = FakeGate()
        claims.open()
        let runner = service.runner()
        async let run: Void = runner.run()
        await gate.arrival()
        await service.store.stop(.claim, at: claims)
        service.clock.advance(by: 3600)
        runner.wake()
        await claims.arrival()
        runner.stop()
        gate.open()
        await run
        #expect(try await state(service, "m") == .done)
        #expect(service.transmit.sent.count == 1)
        #expect(service.reports.allSatisfy { $0.contains("renewed") })
    }

    /// The claim was durable, though it was reported as failed: nobody has the message in hand, and nobody else would take it.
    @Test func claimReportedAsFailedIsFoundAgain() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        await service.store.failAfter(.claim, with: .unavailable("the disk failed"))
        let gate = FakeGate()
        service.transmit.stop(at: gate)
        let runner = service.runner()
        let reported = FakeGate()
        reported.open()
        await service.store.stop(.claim, at: reported)
        async let run: Void = runner.run()
        await reported.arrival()
        runner.wake()
        await gate.arrival()
        runner.stop()
        gate.open()
        await run
        #expect(try await state(service, "m") == .done)
        #expect(service.transmit.sent.count == 1)
        #expect(service.reports.contains { $0.contains("they wait again") })
    }

    @Test func afterACrashItIsUnknownAndSentAgain() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        let lost = Claimant(node: "one", incarnation: "before")
        _ = try await service.store.claim(
            1, rooms: LaneRooms(), by: lost, at: service.clock.now, until: service.clock.now.addingTimeInterval(300))
        let runner = service.runner(incarnation: "after")
        #expect(try await runner.recover() == [SpoolID(trusted: "m")])
        #expect(try await service.store.show(SpoolID(trusted: "m"))?.isUnknown == true)
        #expect(try await service.store.entries(JournalFilter()).last?.entry.kind == .unknown)
        let gate = FakeGate()
        service.transmit.stop(at: gate)
        async let run: Void = runner.run()
        await gate.arrival()
        runner.stop()
        gate.open()
        await run
        #expect(try await state(service, "m") == .done)
        #expect(String(decoding: service.transmit.sent[0].bytes, as: UTF8.self).contains("Message-ID: <m@example.org>"))
    }

    /// The delegation is revoked while the message waits; the runner's snapshot is from before.
    @Test func olderSnapshotCatchesUpBeforeDeciding() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        let deny = Deny(id: DenyID(trusted: "no"), mailbox: MailboxID(trusted: "ann"), covers: .address(FakeCompany.ann))
        _ = try await service.store.apply(Samples.edit(.deny(deny)))
        let gate = FakeGate()
        service.transmit.stop(at: gate)
        let runner = service.runner()
        async let run: Void = runner.run()
        await gate.arrival()
        runner.stop()
        gate.open()
        await run
        #expect(service.transmit.sent.map(\.login) == ["desk-login"])
    }

    /// It is known that the directory has changed, but not how: then nothing is sent on the old one.
    @Test func withoutCatchingUpNothingIsDecided() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        _ = try await service.store.apply(DirectoryEdit([.remove(EntityKey(.mailbox, "carol"))], by: "root", at: service.clock.now))
        await service.store.fail(.changes, with: .unavailable("no disk"))
        let runner = service.runner()
        let started = FakeGate()
        await service.store.stop(.settle, at: started)
        async let run: Void = runner.run()
        await started.arrival()
        runner.stop()
        started.open()
        await run
        #expect(service.transmit.sent.isEmpty)
        let shown = try #require(try await service.store.show(SpoolID(trusted: "m")))
        #expect(shown.state == .waiting)
        #expect(shown.nextAttempt == service.clock.now.addingTimeInterval(30))
        #expect(service.reports.contains { $0.contains("no disk") })
    }

    @Test func spoolThatCannotBeReadIsReported() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        await service.store.fail(.claim, with: .busy)
        let claims = FakeGate()
        claims.open()
        await service.store.stop(.claim, at: claims)
        let gate = FakeGate()
        service.transmit.stop(at: gate)
        let runner = service.runner()
        async let run: Void = runner.run()
        await claims.arrival(1)
        runner.wake()
        await gate.arrival()
        runner.stop()
        gate.open()
        await run
        #expect(service.reports.count == 1)
        #expect(try await state(service, "m") == .done)
    }
}
