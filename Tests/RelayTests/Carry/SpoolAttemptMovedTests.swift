import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// Between deciding and sending an attempt waits, for its place and for its token, and meanwhile the world may move.
@Suite(.timeLimit(.minutes(20)))
struct SpoolAttemptMovedTests {
    private var nobodyAsAnn: DirectoryEntity {
        .deny(Deny(id: DenyID(trusted: "no"), mailbox: MailboxID(trusted: "ann"), covers: .address(FakeCompany.ann)))
    }

    private func limited(_ change: (inout Provider) -> Void) -> DirectoryEntity {
        var provider = FakeCompany.provider
        change(&provider)
        return .provider(provider)
    }

    private func entry(_ service: FakeService) async throws -> SpoolEntry {
        try await service.snapshots.catchUp(with: service.store)
        let batch = try await service.store.claim(
            1, rooms: LaneRooms(), by: Samples.node, at: service.clock.now, until: service.clock.now.addingTimeInterval(300))
        return try #require(batch.entries.first)
    }

    /// One attempt that waits for its token while `edit` is made, and the service hears of it.
    private func attempt(_ service: FakeService, while edit: () async throws -> Void) async throws -> Settlement {
        let entry = try await entry(service)
        let gate = FakeGate()
        service.endpoint.stop(at: gate)
        async let settlement = Attempt(entry, service.surroundings).run()
        await gate.arrival()
        service.endpoint.stop(at: nil)
        try await edit()
        gate.open()
        return await settlement
    }

    @Test func revokedWhileItWaitsForATokenIsNotUsed() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        let settlement = try await attempt(service) {
            _ = try await service.store.apply(Samples.edit(nobodyAsAnn))
            try await service.snapshots.catchUp(with: service.store)
        }
        #expect(settlement.state == .done)
        #expect(service.transmit.sent.map(\.login) == ["desk-login"])
        #expect(try settlement.facts("route") == ["send-as"])
    }

    /// Another run took the message over and is done with it, so its body is gone: half a message is none.
    @Test func aBodyThatIsGoneIsNotSent() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        let settlement = try await attempt(service) {
            let later = service.clock.now.addingTimeInterval(400)
            let batch = try await service.store.claim(
                1, rooms: LaneRooms(), by: Samples.neighbour, at: later, until: later.addingTimeInterval(300))
            let claim = try #require(batch.entries.first).claim
            try await service.store.settle(Settlement(claim: claim, at: later, state: .done, outcomes: [0: .sent(reply: "250 ok")]))
        }
        #expect(service.transmit.sent.isEmpty)
        guard case .waiting(_, let why) = settlement.state else { return #expect(Bool(false), "\(settlement.state)") }
        #expect(why.contains("rest of the body of m any more"), "\(why)")
    }

    @Test func revokedWhileItWaitsForAPlaceIsNotUsed() async throws {
        let service = try await FakeService()
        _ = try await service.store.apply(Samples.edit(limited { $0.limits.connections = 1 }))
        for id in ["first", "second"] { try await service.accept(id) }
        let (first, second) = (try await entry(service), try await entry(service))
        let gate = FakeGate()
        service.transmit.stop(at: gate)
        async let sent = Attempt(first, service.surroundings).run()
        await gate.arrival()
        async let moved = Attempt(second, service.surroundings).run()
        while service.pace.isEmpty("ann-login") { await Task.yield() }
        _ = try await service.store.apply(Samples.edit(nobodyAsAnn))
        try await service.snapshots.catchUp(with: service.store)
        gate.open()
        #expect(await sent.state == .done)
        #expect(await moved.state == .done)
        #expect(service.transmit.sent.map(\.login) == ["ann-login", "desk-login"])
    }

    /// What was observed meanwhile counts like what was decided: the mailbox was stopped.
    @Test func stoppedMeanwhileIsNotUsed() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        _ = try await attempt(service) {
            try await service.store.observe(
                [.mailbox("ann-login", .broken(since: service.clock.now, reason: "blocked"))], journal: [])
            try await service.snapshots.catchUp(with: service.store)
        }
        #expect(service.transmit.sent.map(\.login) == ["desk-login"])
    }

    /// The token was had with credentials that the snapshot does not know of yet: it does not go to the server of before.
    @Test func newTokenDoesNotGoToTheOldServer() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        let entry = try await entry(service)
        let name = SecretName(.clientSecret, of: FakeCompany.application.text)
        let secret = SecretChange(name: name, sealed: try service.vault.seal(Secret("new-secret"), for: name))
        let provider = limited { $0.smtp = MailEndpoint(host: "new.example", port: 587, security: .startTLS) }
        _ = try await service.store.apply(DirectoryEdit([.put(provider)], secrets: [secret], by: "root", at: service.clock.now))
        let settlement = await Attempt(entry, service.surroundings).run()
        #expect(settlement.state == .done)
        #expect(service.transmit.sent.map(\.host) == ["new.example"])
    }

    /// The same, and the store cannot be read: nothing is sent on what is known to be old.
    @Test func newTokenWaitsForItsDirectory() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        let entry = try await entry(service)
        let name = SecretName(.clientSecret, of: FakeCompany.application.text)
        let secret = SecretChange(name: name, sealed: try service.vault.seal(Secret("new-secret"), for: name))
        _ = try await service.store.apply(DirectoryEdit([], secrets: [secret], by: "root", at: service.clock.now))
        await service.store.fail(.changes, with: .unavailable("no disk"), times: 100)
        let settlement = await Attempt(entry, service.surroundings).run()
        #expect(service.transmit.sent.isEmpty)
        #expect(settlement.isPostponed)
        guard case .waiting(let until, _) = settlement.state else { return #expect(Bool(false), "\(settlement.state)") }
        #expect(until == service.clock.now.addingTimeInterval(30))
    }

    /// What does not touch the message does not hold it up: no second token, no second decision that anyone sees.
    @Test func otherChangesDoNotMatter() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        let settlement = try await attempt(service) {
            _ = try await service.store.apply(Samples.edit(.user(try Samples.user("u-new", "new@example.org"))))
            try await service.store.observe([.mailbox("carol-login", .broken(since: service.clock.now, reason: "x"))], journal: [])
            try await service.snapshots.catchUp(with: service.store)
        }
        #expect(settlement.state == .done)
        #expect(service.transmit.sent.map(\.login) == ["ann-login"])
        #expect(service.endpoint.count == 1)
    }

    /// Whoever hears of a change can still see the old directory: the token of before is gone when the new one can be seen.
    @Test func changesAreAnnouncedBeforeTheyAreSeen() async throws {
        let service = try await FakeService()
        let before = service.snapshots.current.directory.edition
        let edition = try await service.store.apply(Samples.edit(nobodyAsAnn))
        var announced: [EntityKey] = []
        try await service.snapshots.catchUp(with: service.store) { changed in
            announced = changed
            #expect(service.snapshots.current.directory.edition == before)
        }
        #expect(announced == [EntityKey(.deny, "no")])
        #expect(service.snapshots.current.directory.edition == edition)
    }

    /// A batch that was taken is no failure: the first that has to wait waits as long as any other would.
    @Test func batchesThatWereTakenDoNotMakeTheNextOneWait() async throws {
        let service = try await FakeService()
        _ = try await service.store.apply(Samples.edit(limited { $0.limits.recipientsPerMessage = 2 }))
        try await service.accept("m", to: (0..<30).map { "r\($0)@example.com" })
        for _ in 0..<12 {
            guard case .waiting(let until, _) = try await service.attempt()?.state else { return #expect(Bool(false)) }
            #expect(until == service.clock.now)
        }
        service.transmit.answer { _ in .failure(TransmitFailure.said(.mail, 451, "4.3.0", "later")) }
        guard case .waiting(let until, _) = try await service.attempt()?.state else { return #expect(Bool(false)) }
        #expect(until == service.clock.now.addingTimeInterval(60))
        service.clock.advance(by: 60)
        guard case .waiting(let next, _) = try await service.attempt()?.state else { return #expect(Bool(false)) }
        #expect(next == service.clock.now.addingTimeInterval(120))
    }
}
