import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// One request for all who wait, in one process and in two, and a person's change before any answer to an old question.
@Suite(.timeLimit(.minutes(1)))
struct TokenBrokerTests {
    private let all = TokenKey(grant: FakeCompany.appOnly, resource: .smtp)
    private let carols = TokenKey(grant: FakeCompany.consent, resource: .smtp)
    private let lease = "token/all/smtp"

    private func text(_ token: AccessToken) -> String { token.secret.revealText() }

    private func failure(_ work: () async throws(TokenFailure) -> AccessToken) async -> TokenFailure? {
        do throws(TokenFailure) {
            let token = try await work()
            Issue.record("expected a failure, got \(text(token))")
            return nil
        } catch { return error }
    }

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
        #expect(try await service.store.keep(Renewal(key: all, token: rounded, refreshToken: nil, lease: lease, holder: "x")))
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

    /// A machine that slept: what has run out meanwhile is not used, and what is due is renewed at the first look.
    @Test func clockThatJumpedAheadRenews() async throws {
        let service = try await FakeService()
        _ = try await service.broker.token(for: all)
        service.clock.advance(by: 3300)
        await service.broker.renewAhead()
        #expect(service.endpoint.count == 2)
        service.clock.advance(by: 8 * 3600)
        #expect(text(try await service.broker.token(for: all)) == "token-3")
    }

    /// Set back by hours, the clock would make a token look good long after it ended, and a short pause last for hours.
    @Test func clockThatWasSetBackTrustsNothing() async throws {
        let service = try await FakeService()
        _ = try await service.broker.token(for: all)
        service.clock.advance(by: -7200)
        #expect(text(try await service.broker.token(for: all)) == "token-2")
        service.endpoint.fail(.temporary("503", retryAfter: 600))
        _ = await failure { () throws(TokenFailure) in try await service.broker.token(for: carols) }
        service.clock.advance(by: -7200)
        #expect(text(try await service.broker.token(for: carols)) == "token-4")
        #expect(text(try await service.broker.token(for: all)) == "token-5")
    }

    @Test func refusedApplicationIsRefusedForAll() async throws {
        let service = try await FakeService()
        let refusal = TokenFailure.application(error: "invalid_client", detail: "AADSTS7000222")
        service.endpoint.fail(refusal)
        #expect(await failure { () throws(TokenFailure) in try await service.broker.token(for: all) } == refusal)
        #expect(await failure { () throws(TokenFailure) in try await service.broker.token(for: carols) } == refusal)
        #expect(service.endpoint.count == 1)
        service.clock.advance(by: 60)
        #expect(text(try await service.broker.token(for: carols)) == "token-2", "a minute later it is tried again")
    }

    @Test func othersKeepTheirTokens() async throws {
        let service = try await FakeService()
        _ = try await service.broker.token(for: carols)
        _ = try await service.broker.token(for: all)
        await service.broker.forget { $0 == FakeCompany.appOnly }
        _ = try await service.broker.token(for: carols)
        #expect(service.endpoint.count == 2)
    }

    @Test func askedForPatienceEveryoneIsPatient() async throws {
        let service = try await FakeService()
        service.endpoint.fail(.temporary("429", retryAfter: 30))
        for _ in 0..<10 { #expect(await failure { () throws(TokenFailure) in try await service.broker.token(for: all) } != nil) }
        #expect(service.endpoint.count == 1)
        service.clock.advance(by: 30)
        #expect(text(try await service.broker.token(for: all)) == "token-2")
        service.endpoint.fail(.temporary("503", retryAfter: nil))
        for _ in 0..<3 { _ = await failure { () throws(TokenFailure) in try await service.broker.token(for: carols) } }
        #expect(service.endpoint.count == 3, "a second's patience even where none was asked for")
        service.clock.advance(by: 1)
        #expect(text(try await service.broker.token(for: carols)) == "token-4")
    }

    /// A provider that is away for an hour hears some forty questions, not one a second; nothing is harmed, and all is well two minutes later.
    @Test func outageOfAnHourIsWaitedOut() async throws {
        let service = try await FakeService()
        service.endpoint.fail(Array(repeating: .temporary("503", retryAfter: nil), count: 3600))
        for _ in 0..<3600 {
            #expect(await failure { () throws(TokenFailure) in try await service.broker.token(for: all) } != nil)
            service.clock.advance(by: 1)
        }
        #expect((30...60).contains(service.endpoint.count), "\(service.endpoint.count)")
        #expect(try await service.store.conditions(of: nil).revision == 0)
        service.endpoint.recover()
        service.clock.advance(by: 120)
        #expect(try await service.broker.token(for: all).isGood(at: service.clock.now))
    }

    /// Ten thousand tokens had in one moment are not renewed in one second, nor in one minute.
    @Test func renewalsAreSpread() {
        let token = AccessToken(
            secret: Secret("t"), obtained: Samples.start, expires: Samples.time(3600), revision: Edition(1))
        var generator = FakeGenerator(seed: 7)
        var seconds: [Int: Int] = [:]
        for _ in 0..<10_000 {
            let draw = Double.random(in: 0..<1, using: &generator)
            seconds[Int(token.renewal(spread: draw).timeIntervalSince(Samples.start)), default: 0] += 1
        }
        #expect(seconds.values.max() ?? 0 < 100)
        #expect(seconds.keys.min() ?? 0 >= 2880)
        #expect(seconds.keys.max() ?? 0 <= 3240)
    }

    /// What a person mended at the provider is found without anyone asking for mail, but rarely.
    @Test func refusedApplicationIsProbedNowAndThen() async throws {
        let service = try await FakeService()
        service.endpoint.fail(
            .application(error: "invalid_client", detail: "wrong"), .application(error: "invalid_client", detail: "wrong"))
        _ = await failure { () throws(TokenFailure) in try await service.broker.token(for: all) }
        #expect(try await service.store.conditions(of: nil).application(FakeCompany.application) != nil)
        for _ in 0..<3600 {
            await service.broker.probe(FakeCompany.application, with: all)
            service.clock.advance(by: 1)
        }
        #expect(service.endpoint.count == 5, "four in the hour")
        #expect(try await service.store.conditions(of: nil).application(FakeCompany.application) == nil)
    }

    @Test func renewedAheadIsWhatIsUsedAndDue() async throws {
        let service = try await FakeService()
        _ = try await service.broker.token(for: all)
        _ = try await service.broker.token(for: carols)
        service.clock.advance(by: 3059)
        _ = try await service.broker.token(for: all)
        await service.broker.renewAhead()
        #expect(service.endpoint.count == 2, "the draw of 0.5 makes 85 % of an hour the time")
        service.clock.advance(by: 1)
        await service.broker.renewAhead()
        #expect(service.endpoint.count == 4)
        service.clock.advance(by: 3500)
        _ = try await service.broker.token(for: all)
        await service.broker.renewAhead()
        #expect(service.endpoint.count == 5, "nobody has asked for Carol's within the hour")
        #expect(service.endpoint.requests.last?.refreshText == nil)
    }

    @Test func renewalIsSpreadOverATenth() {
        let start = Date(timeIntervalSince1970: 0)
        let token = AccessToken(secret: Secret("x"), obtained: start, expires: Date(timeIntervalSince1970: 1000), revision: Edition(1))
        #expect([0, 0.5, 1].map { token.renewal(spread: $0).timeIntervalSince(start).rounded() } == [800, 850, 900])
    }

    /// One provider hangs, the other's tokens are renewed all the same; a failure leaves the token that is still good.
    @Test func oneFailureAheadIsNoOneElses() async throws {
        let service = try await FakeService()
        _ = try await service.broker.token(for: all)
        _ = try await service.broker.token(for: carols)
        service.clock.advance(by: 3100)
        service.endpoint.fail(.temporary("down", retryAfter: nil))
        await service.broker.renewAhead()
        #expect(service.endpoint.count == 4)
        let texts = [text(try await service.broker.token(for: all)), text(try await service.broker.token(for: carols))]
        #expect(texts.count { $0 == "token-1" || $0 == "token-2" } == 1)
        #expect(service.endpoint.count == 4)
    }
}
