import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// Mail that has no route just now is taken and waits, and goes when what it waited for has come.
@Suite(.timeLimit(.minutes(20)))
struct SpoolRouteTests {
    private static let needsConsent = Observation.grant(
        FakeCompany.appOnly, .needsConsent(since: Samples.start, reason: "invalid_grant"))
    private static let day = 86_400.0

    private func service() async throws -> (FakeService, RouteWatch) {
        let service = try await FakeService()
        let clock = service.clock
        try await service.store.observe([Self.needsConsent], journal: [])
        try await service.snapshots.catchUp(with: service.store)
        return (service, RouteWatch(spool: service.store, snapshots: service.snapshots, transports: [.smtp], now: { clock.now }))
    }

    /// Through the front door, as dora, whose mail the desk carries.
    private func submit(_ service: FakeService) async throws -> Receipt {
        let (snapshots, clock) = (service.snapshots, service.clock)
        var stage = AcceptStage(
            Submission(),
            AcceptStage.Surroundings(
                store: service.store,
                decider: { _ throws(StoreFailure) in
                    Decider(directory: snapshots.current.directory, conditions: snapshots.current.conditions, transports: [.smtp])
                }, now: { clock.now }, generator: { FakeGenerator(seed: 7) }, domain: FakeCompany.ann.domain))
        try await stage.consume(Array("From: dora@example.org\r\nTo: rob@example.com\r\n\r\nHi\r\n".utf8))
        return try await stage.finish()
    }

    private func consent(_ service: FakeService) async throws {
        try await service.store.observe([.grant(FakeCompany.appOnly, nil)], journal: [])
        try await service.snapshots.catchUp(with: service.store)
    }

    @Test func aCarrierThatWaitsForAConsentMeansLater() async throws {
        let (service, _) = try await service()
        let receipt = try await submit(service)
        let why = "dora@example.org has no route, and the carrier desk@example.org waits for a consent: mandate grants authorize All"
        #expect(receipt.hindrance == "waits: \(why)")
        let shown = try #require(try await service.store.show(receipt.id))
        #expect(shown.state == .waiting && shown.why == why)
        let entry = try #require(try await service.store.entries(JournalFilter(message: receipt.id)).first?.entry)
        #expect(entry.facts.contains(.init("waits", "no-fallback")))
        #expect(try await service.attempt() == nil, "nothing is tried meanwhile")
    }

    @Test func aGrantThatAPersonSwitchedOffIsHeardAndNothingIsQueued() async throws {
        let service = try await FakeService()
        var grant = try #require(service.snapshots.current.directory.grant(FakeCompany.appOnly))
        grant.isEnabled = false
        _ = try await service.store.apply(Samples.edit(.grant(grant)))
        try await service.snapshots.catchUp(with: service.store)
        await #expect { try await submit(service) } throws: { error in
            guard case AcceptFailure.refused(let refusal) = error else { return false }
            return refusal.isTemporary && refusal.mending.mender == .here
        }
        #expect(try await service.store.list(QueueFilter()).isEmpty)
    }

    @Test func aConsentLetsGoWhatWaitedForIt() async throws {
        let (service, watch) = try await service()
        let receipt = try await submit(service)
        #expect(try await watch.look() == 0)
        try await consent(service)
        #expect(try await watch.look() == 1)
        #expect(try await service.attempt()?.state == .done)
        #expect(try await service.store.show(receipt.id)?.state == .done)
    }

    @Test func lookingTwiceAtTheSameAsksTheStoreOnce() async throws {
        let (service, watch) = try await service()
        for _ in 0..<3 { _ = try await watch.look() }
        #expect(await service.store.count(.routeWishes) == 1)
    }

    @Test func thousandsAreWokenInParts() async throws {
        let (service, watch) = try await service()
        let snapshot = service.snapshots.current
        let wait = RouteWait(
            until: Samples.time(1e6), why: "a consent", code: .noFallback, edition: snapshot.directory.edition,
            revision: snapshot.conditions.revision)
        for number in 0..<2001 {
            try await service.store.accept(
                try Samples.message("m\(number)", from: "dora@example.org", at: service.clock.now), lastChunk: SpoolContract.body,
                number: 0,
                .waiting(wait), lane: nil, request: nil, journal: [], sightings: [])
        }
        try await consent(service)
        #expect(try await watch.look() == 2001)
        #expect(await service.store.count(.wake) == 3)
    }

    @Test func whatWaitsForSomethingElseStaysAsleep() async throws {
        let (service, watch) = try await service()
        _ = try await submit(service)
        try await service.store.observe([.mailbox("ann-login", nil)], journal: [])
        try await service.snapshots.catchUp(with: service.store)
        #expect(try await watch.look() == 0)
    }

    /// The queue's own way: a consent that dies while the message waits there.
    @Test func anAttemptWithoutARouteCostsNoTryAndIsToldOnce() async throws {
        let (service, _) = try await service()
        try await service.accept("m", from: FakeCompany.dora)
        let first = try #require(try await service.attempt())
        #expect(first.journal.count == 1 && first.routeWait?.code == .noFallback)
        service.clock.advance(by: 5 * 3600)
        let second = try #require(try await service.attempt())
        #expect(second.journal.isEmpty)
        #expect(try await service.store.show(Samples.id("m"))?.attempts == 0)
    }

    @Test func aStopIsWaitedForToItsEnd() async throws {
        let service = try await FakeService()
        let until = service.clock.now.addingTimeInterval(300)
        try await service.store.observe(
            [.mailbox("desk-login", .stopped(until: until, reason: "throttled", failures: 1))], journal: [])
        try await service.accept("m", from: FakeCompany.dora)
        guard case .waiting(let next, _)? = try await service.attempt()?.state else { return #expect(Bool(false)) }
        #expect((0...15).contains(next.timeIntervalSince(until)))
    }

    @Test func timeWithoutARouteDoesNotCount() async throws {
        let (service, watch) = try await service()
        try await service.accept("m", from: FakeCompany.dora)
        _ = try await service.attempt()
        service.clock.advance(by: 10 * Self.day)
        guard case .waiting? = try await service.attempt()?.state else { return #expect(Bool(false), "ten days are not too long") }
        try await consent(service)
        _ = try await watch.look()
        service.transmit.answer { _ in .failure(TransmitFailure.said(.content, 451, "4.3.0")) }
        guard case .waiting? = try await service.attempt()?.state else { return #expect(Bool(false), "its days begin now") }
        service.clock.advance(by: 4 * Self.day - 60)
        guard case .waiting? = try await service.attempt()?.state else { return #expect(Bool(false), "fourteen days are not over") }
        service.clock.advance(by: Self.day)
        guard case .failed? = try await service.attempt()?.state else { return #expect(Bool(false), "they are now") }
    }

    @Test func fourteenDaysWithoutARouteAreTheEnd() async throws {
        let (service, _) = try await service()
        try await service.accept("m", from: FakeCompany.dora)
        _ = try await service.attempt()
        service.clock.advance(by: 14 * Self.day + 1)
        guard case .failed(let why)? = try await service.attempt()?.state else { return #expect(Bool(false)) }
        #expect(why.hasPrefix("given up after fourteen days: "))
    }

    /// What a person forbids while it is in the queue has its five days, in which he may think again.
    @Test func whatIsForbiddenMeanwhileHasItsFiveDays() async throws {
        let service = try await FakeService()
        try await service.accept("m", from: FakeCompany.dora)
        _ = try await service.store.apply(
            Samples.edit(.deny(Deny(id: DenyID(trusted: "no"), mailbox: nil, covers: .address(FakeCompany.dora), reason: "left"))))
        let settlement = try #require(try await service.attempt())
        #expect(settlement.routeWait == nil)
        service.clock.advance(by: 5 * Self.day)
        guard case .failed? = try await service.attempt()?.state else { return #expect(Bool(false)) }
    }
}
