import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// When the broker asks: ahead of need and spread, patiently after a refusal or an outage, and by no clock that jumped.
@Suite(.timeLimit(.minutes(20)))
struct TokenTimingTests {
    private let all = TokenKey(grant: FakeCompany.appOnly, resource: .smtp)
    private let carols = TokenKey(grant: FakeCompany.consent, resource: .smtp)

    private func text(_ token: AccessToken) -> String { token.secret.revealText() }

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
        let conditions = try await service.store.conditions(of: nil)
        #expect(conditions.revision == 1, "told of once")
        guard case .unanswered(_, "503")? = conditions.grant(FakeCompany.appOnly) else { return #expect(Bool(false), "nobody is told") }
        service.endpoint.recover()
        service.clock.advance(by: 120)
        #expect(try await service.broker.token(for: all).isGood(at: service.clock.now))
        #expect(try await service.store.conditions(of: nil).grant(FakeCompany.appOnly) == nil)
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

/// The failure that an ask ends with; a failed expectation, and nil, when it ends well.
func failure(_ work: () async throws(TokenFailure) -> AccessToken) async -> TokenFailure? {
    do throws(TokenFailure) {
        let token = try await work()
        Issue.record("expected a failure, got \(token.secret.revealText())")
        return nil
    } catch { return error }
}
