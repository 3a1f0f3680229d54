import Mail
import Relay
import TestSupport
import Testing

/// Messages that are claimed where they are kept: only when nobody is ahead of them and there is a place, and then like any other.
@Suite(.timeLimit(.minutes(20)))
struct DepartureTests {
    private let lane: Account = "ann-login"

    /// A runner that has looked and has carried a message of the lane; `end` with what else is to happen behind it.
    private func running(
        _ service: FakeService, _ limits: SpoolRunner.Limits = SpoolRunner.Limits(), _ body: (SpoolRunner) async throws -> Void
    ) async throws {
        let runner = service.runner(limits)
        async let run: Void = runner.run()
        try await service.accept("first", by: runner, lane: lane)
        try await settled(service, 1)
        let result: Result<Void, any Error>
        do { result = .success(try await body(runner)) } catch { result = .failure(error) }
        runner.stop()
        await run
        try result.get()
    }

    /// So many messages are settled, and nobody looks for more.
    private func settled(_ service: FakeService, _ count: Int) async throws {
        while await service.store.settlements.count < count { await Task.yield() }
    }

    private func state(_ service: FakeService, _ id: String) async throws -> QueuedMessage.StateName? {
        try await service.store.show(SpoolID(trusted: id))?.state
    }

    @Test func whoIsNextLeavesAtOnceAndIsNotReadAgain() async throws {
        let service = try await FakeService()
        try await running(service) { runner in
            while !runner.isIdle { await Task.yield() }
            #expect(try await service.accept("second", by: runner, lane: lane))
            try await settled(service, 2)
        }
        #expect(service.transmit.sent.count == 2)
        #expect(try await state(service, "second") == .done)
        #expect(await service.store.count(.chunk) > 0)
        let chunks = await service.store.count(.chunk)
        #expect(chunks == 2, "the first one's body, and its end")
    }

    @Test func theFirstOfALaneWaitsItsTurn() async throws {
        let service = try await FakeService()
        let runner = service.runner()
        #expect(runner.reserve(Samples.id("m"), lane: lane) == nil, "nobody has looked yet")
        try await running(service) { runner in
            #expect(runner.reserve(Samples.id("m"), lane: "desk-login") == nil, "nothing of this lane has left")
        }
    }

    @Test func nobodyOvertakesWhatIsDue() async throws {
        let service = try await FakeService()
        try await running(service) { runner in
            while !runner.isIdle { await Task.yield() }
            let gate = FakeGate()
            await service.store.stop(.claim, at: gate)
            runner.arrived(in: lane)
            await gate.arrival()
            #expect(runner.reserve(Samples.id("m"), lane: lane) == nil, "something may be due, and is being looked for")
            await service.store.stop(.claim, at: nil)
            gate.open()
            while runner.reserve(Samples.id("m"), lane: lane) == nil { await Task.yield() }
            runner.giveBack(Departure(message: Samples.id("m"), lane: lane, claimant: Samples.node, until: Samples.start))
        }
    }

    @Test func noMoreThanPlaces() async throws {
        let service = try await FakeService()
        try await running(service, SpoolRunner.Limits(concurrent: 2)) { runner in
            while !runner.isIdle { await Task.yield() }
            #expect(runner.reserve(Samples.id("a"), lane: lane) != nil && runner.reserve(Samples.id("b"), lane: lane) != nil)
            #expect(runner.reserve(Samples.id("c"), lane: lane) == nil)
            for id in ["a", "b"] {
                runner.giveBack(Departure(message: SpoolID(trusted: id), lane: lane, claimant: Samples.node, until: Samples.start))
            }
        }
    }

    /// The commit was durable although it was reported as failed: the client hears "not kept" and sends again; what is there leaves once, too.
    @Test func whatIsKeptAlthoughItFailedIsCarried() async throws {
        let service = try await FakeService()
        try await running(service) { runner in
            while !runner.isIdle { await Task.yield() }
            await service.store.failAfter(.accept, with: .unavailable("the disk"))
            await #expect(throws: StoreFailure.self) { try await service.accept("second", by: runner, lane: lane) }
            try await settled(service, 2)
        }
        #expect(service.transmit.sent.count == 2)
        #expect(try await state(service, "second") == .done)
        #expect(service.reports == ["1 messages were claimed although that was reported as failed: they wait again"])
    }

    /// Claims without an owner are looked for while a message is durable and its commit has not returned yet: it has an owner.
    @Test func whatIsOnItsWayIsNoStrayClaim() async throws {
        let service = try await FakeService()
        let gate = FakeGate()
        try await running(service) { runner in
            while !runner.isIdle { await Task.yield() }
            await service.store.stopReturning(.accept, at: gate)
            async let isCarried = service.accept("second", by: runner, lane: lane)
            await gate.arrival()
            let looks = await service.store.count(.release)
            runner.giveBack(Departure(message: Samples.id("other"), lane: lane, claimant: Samples.node, until: Samples.start))
            while await service.store.count(.release) == looks { await Task.yield() }
            gate.open()
            let wasCarried = try await isCarried
            #expect(wasCarried)
            try await settled(service, 2)
        }
        #expect(service.transmit.sent.count == 2, "neither given up nor sent twice")
        #expect(service.reports.isEmpty)
    }

    /// Told to stop, the runner waits for what is on its way into the spool, and carries it.
    @Test func stopWaitsForWhatIsOnItsWay() async throws {
        let service = try await FakeService()
        let gate = FakeGate()
        try await running(service) { runner in
            while !runner.isIdle { await Task.yield() }
            await service.store.stop(.accept, at: gate)
            async let isCarried = service.accept("second", by: runner, lane: lane)
            await gate.arrival()
            runner.stop()
            #expect(runner.reserve(Samples.id("m"), lane: lane) == nil)
            #expect(!runner.isIdle)
            gate.open()
            let wasCarried = try await isCarried
            #expect(wasCarried)
        }
        #expect(try await state(service, "second") != .claimed)
    }

    /// The directory that the commit knew is the least that it is decided on.
    @Test func whatWasRevokedMeanwhileIsNotUsed() async throws {
        let service = try await FakeService()
        try await running(service) { runner in
            while !runner.isIdle { await Task.yield() }
            let mailbox = try #require(service.snapshots.current.directory.allMailboxes.first { $0.login == "ann-login" })
            var disabled = mailbox
            disabled.isEnabled = false
            _ = try await service.store.apply(DirectoryEdit([.put(.mailbox(disabled))], by: "root", at: service.clock.now))
            #expect(try await service.accept("second", by: runner, lane: lane))
            try await settled(service, 2)
        }
        #expect(service.transmit.sent.map(\.login).filter { $0 == "ann-login" }.count == 1)
    }
}
