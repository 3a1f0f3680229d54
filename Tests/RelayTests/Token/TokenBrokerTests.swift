import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// One request for all who wait, in one process and in two, and a person's change before any answer to an old question.
@Suite(.timeLimit(.minutes(20)))
struct TokenBrokerTests {
    private let all = TokenKey(grant: FakeCompany.appOnly, resource: .smtp)
    private let carols = TokenKey(grant: FakeCompany.consent, resource: .smtp)
    private let lease = "token/all/smtp"

    private func text(_ token: AccessToken) -> String { token.secret.revealText() }

    /// A person gives the application another secret.
    private func changeSecret(_ service: FakeService) async throws {
        let name = SecretName(.clientSecret, of: FakeCompany.application.text)
        let sealed = try service.vault.seal(Secret("new-secret"), for: name)
        _ = try await service.store.apply(
            DirectoryEdit([], secrets: [SecretChange(name: name, sealed: sealed)], by: "root", at: service.clock.now))
    }

    @Test func hundredAskersOneRequest() async throws {
        let service = try await FakeService()
        let gate = FakeGate()
        service.endpoint.stop(at: gate)
        let (broker, key) = (service.broker, all)
        let tokens = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<100 { group.addTask { try await broker.token(for: key).secret.revealText() } }
            await gate.arrival()
            gate.open()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(tokens == Array(repeating: "token-1", count: 100))
        #expect(service.endpoint.count == 1)
        #expect(await service.store.count(.keep) == 1)
        #expect(await !service.store.isLeased(lease))
    }

    @Test func twoProcessesOneRequest() async throws {
        let one = try await FakeService(holder: "one")
        let two = try await FakeService(store: one.store, holder: "two")
        let gate = FakeGate()
        one.endpoint.stop(at: gate)
        async let first = one.broker.token(for: all)
        await gate.arrival()
        async let second = two.broker.token(for: all)
        await two.clock.sleeper(0...1)
        gate.open()
        #expect(text(try await first) == "token-1")
        two.clock.advance(by: 1)
        #expect(text(try await second) == "token-1")
        #expect(one.endpoint.count + two.endpoint.count == 1)
    }

    @Test func cancelledCallerTakesNobodyDown() async throws {
        let service = try await FakeService()
        let gate = FakeGate()
        service.endpoint.stop(at: gate)
        let (broker, key) = (service.broker, all)
        let first = Task { try await broker.token(for: key) }
        await gate.arrival()
        async let second = broker.token(for: key)
        first.cancel()
        gate.open()
        #expect(text(try await second) == "token-1")
        #expect(service.endpoint.count == 1)
        _ = await first.result
        #expect(text(try await broker.token(for: key)) == "token-1")
    }

    @Test func goodTokenIsUsedUntilItsLastMinute() async throws {
        let service = try await FakeService()
        _ = try await service.broker.token(for: all)
        service.clock.advance(by: 3539)
        #expect(text(try await service.broker.token(for: all)) == "token-1")
        service.clock.advance(by: 1)
        #expect(text(try await service.broker.token(for: all)) == "token-2")
        #expect(service.endpoint.count == 2)
    }

    /// A token that is at hand costs no call of the store and no request.
    @Test func tokenAtHandCostsNoCall() async throws {
        let service = try await FakeService()
        _ = try await service.broker.token(for: all)
        let calls = await service.store.calls.count
        for _ in 0..<1000 { _ = try await service.broker.token(for: all) }
        #expect(await service.store.calls.count == calls)
        #expect(service.endpoint.count == 1)
    }

    @Test func longerLifeCanBeAskedFor() async throws {
        let service = try await FakeService()
        _ = try await service.broker.token(for: all)
        service.clock.advance(by: 3100)
        #expect(text(try await service.broker.token(for: all, life: 600)) == "token-2")
    }

    @Test func storedTokenIsTaken() async throws {
        let one = try await FakeService()
        _ = try await one.broker.token(for: all)
        let reborn = try await FakeService(store: one.store, holder: "two")
        #expect(text(try await reborn.broker.token(for: all)) == "token-1")
        #expect(reborn.endpoint.count == 0)
    }

    @Test func requestIsMadeOfTheDirectory() async throws {
        let service = try await FakeService()
        _ = try await service.broker.token(for: all)
        _ = try await service.broker.token(for: carols)
        let requests = service.endpoint.requests
        #expect(requests.map(\.endpoint) == Array(repeating: "https://id.example/t-1/token", count: 2))
        #expect(requests.map(\.scope) == [".default", "send offline_access"])
        #expect(requests.map(\.refreshText) == [nil, "refresh-0"])
        #expect(requests.map { $0.clientSecret?.revealText() } == ["client-secret", "client-secret"])
    }

    @Test func refusedTokenIsReplacedOnceForAll() async throws {
        let service = try await FakeService()
        let (broker, key) = (service.broker, all)
        let old = try await broker.token(for: key)
        let gate = FakeGate()
        service.endpoint.stop(at: gate)
        let replaced = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await broker.replacement(for: key, rejected: old).secret.revealText() } }
            await gate.arrival()
            gate.open()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(replaced == Array(repeating: "token-2", count: 20))
        #expect(text(try await broker.replacement(for: key, rejected: old)) == "token-2")
        #expect(service.endpoint.count == 2)
    }

    /// A store keeps milliseconds: rounded up, a refused token would look newer than itself.
    @Test func refusedTokenDoesNotComeBackFromTheStore() async throws {
        let service = try await FakeService()
        service.clock.advance(by: 0.0006)
        let old = try await service.broker.token(for: all)
        let stored = try #require(try await service.store.token(all))
        let rounded = StoredToken(
            sealed: stored.sealed, obtained: stored.obtained.addingTimeInterval(0.0004), expires: stored.expires, revision: stored.revision)
        #expect(
            try await service.store.takeLease(lease, holder: "x", at: service.clock.now, until: service.clock.now.addingTimeInterval(1)))
        #expect(try await service.store.keep(Renewal(key: all, token: rounded, lease: lease, holder: "x")) == .kept)
        try await service.store.dropLease(lease, holder: "x")
        #expect(text(try await service.broker.replacement(for: all, rejected: old)) == "token-2")
    }

    @Test func replacementOfAnotherProcessIsTaken() async throws {
        let one = try await FakeService(holder: "one")
        let two = try await FakeService(store: one.store, holder: "two")
        let old = try await one.broker.token(for: all)
        #expect(text(try await two.broker.token(for: all)) == "token-1")
        let new = try await one.broker.replacement(for: all, rejected: old)
        #expect(text(try await two.broker.replacement(for: all, rejected: old)) == text(new))
        #expect(two.endpoint.count == 0)
        #expect(two.clock.waits.isEmpty, "no lease is left behind to wait for")
    }

    @Test func changeDuringARenewalVoidsIt() async throws {
        let service = try await FakeService()
        let gate = FakeGate()
        service.endpoint.stop(at: gate)
        let (broker, key) = (service.broker, all)
        async let waiting = broker.token(for: key)
        await gate.arrival(1)
        try await changeSecret(service)
        await broker.forget { $0 == FakeCompany.appOnly }
        gate.open()
        let token = try await waiting
        let last = try #require(service.endpoint.requests.last)
        #expect(last.clientSecret?.revealText() == "new-secret")
        #expect(token.revision == (try await service.store.credentials(of: FakeCompany.appOnly))?.revision)
        #expect(text(token) != "token-1")
        #expect(text(try await broker.token(for: key)) == text(token))
    }

    /// A question that has found the new refresh token already is not asked a second time beside it: what is used twice may be taken for stolen.
    @Test func aNewRefreshTokenIsAskedWithOnce() async throws {
        let service = try await FakeService()
        let gate = FakeGate()
        service.endpoint.stop(at: gate)
        service.endpoint.rotate()
        let name = SecretName(.refreshToken, of: FakeCompany.consent.text)
        let sealed = try service.vault.seal(Secret("refresh-9"), for: name)
        _ = try await service.store.apply(
            DirectoryEdit([], secrets: [SecretChange(name: name, sealed: sealed)], by: "carol", at: service.clock.now))
        let (broker, key) = (service.broker, carols)
        async let first = broker.token(for: key)
        await gate.arrival(1)
        await broker.forget { $0 == FakeCompany.consent }
        async let second = broker.token(for: key)
        // As long as it takes the second to ask, if it would.
        for _ in 0..<2000 where gate.arrivals < 2 { await Task.yield() }
        #expect(gate.arrivals == 1)
        gate.open()
        #expect(text(try await second) == text(try await first))
        #expect(service.endpoint.count == 1)
    }

    /// The store alone notices it, when the broker has not been told yet.
    @Test func storeRefusesTheAnswerToAnOldQuestion() async throws {
        let service = try await FakeService()
        let gate = FakeGate()
        service.endpoint.stop(at: gate)
        let (broker, key) = (service.broker, all)
        async let waiting = broker.token(for: key)
        await gate.arrival(1)
        try await changeSecret(service)
        gate.open()
        #expect(text(try await waiting) == "token-2")
        #expect(await service.store.renewals.count == 1)
    }

    @Test func othersKeepTheirTokens() async throws {
        let service = try await FakeService()
        _ = try await service.broker.token(for: carols)
        _ = try await service.broker.token(for: all)
        await service.broker.forget { $0 == FakeCompany.appOnly }
        _ = try await service.broker.token(for: carols)
        #expect(service.endpoint.count == 2)
    }

}
