import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// One renewal: what a failure marks, what is kept before it is used, and what the store's trouble must not do.
@Suite(.timeLimit(.minutes(20)))
struct TokenRenewerTests {
    private let all = TokenKey(grant: FakeCompany.appOnly, resource: .smtp)
    private let carols = TokenKey(grant: FakeCompany.consent, resource: .smtp)

    private func failure(_ service: FakeService, _ key: TokenKey) async -> TokenFailure? {
        do throws(TokenFailure) {
            _ = try await service.broker.token(for: key)
            Issue.record("expected a failure")
            return nil
        } catch { return error }
    }

    private func refreshText(_ service: FakeService) async throws -> String? {
        let name = SecretName(.refreshToken, of: FakeCompany.consent.text)
        return try await service.store.secret(name).map { try service.vault.open($0, for: name).revealText() }
    }

    @Test(arguments: [
        TokenFailure.temporary("503", retryAfter: nil), .temporary("429", retryAfter: 7),
        .grant(error: "invalid_grant", detail: "AADSTS700082"),
        .application(error: "invalid_client", detail: "AADSTS7000222"), .missing("nothing"),
    ]) func eachClassMarksItsOwn(_ wanted: TokenFailure) async throws {
        let service = try await FakeService()
        service.endpoint.fail(wanted)
        #expect(await failure(service, carols) == wanted)
        let conditions = try await service.store.conditions(of: nil)
        let grant = conditions.grant(FakeCompany.consent)
        let application = conditions.application(FakeCompany.application)
        switch wanted {
        case .temporary, .missing:
            #expect(grant == nil && application == nil)
        case .grant(let error, let detail):
            #expect(grant == .needsConsent(since: service.clock.now, reason: "\(error): \(detail)"))
            #expect(application == nil)
        case .mailbox: Issue.record("only a service account's answers mean one mailbox")
        case .application(let error, let detail):
            #expect(grant == nil)
            #expect(application == ApplicationHealth(suspendedSince: service.clock.now, reason: "\(error): \(detail)"))
        }
        #expect(await !service.store.isLeased("token/carols/smtp"))
    }

    /// An endpoint that answers 400 and nothing else: it harms nothing, and does not go unseen for ever.
    @Test func anEndpointThatSaysNothingIsSeen() async throws {
        let service = try await FakeService()
        let nothing = TokenFailure.temporary("the token endpoint answered 400 without an OAuth2 error", retryAfter: nil)
        service.endpoint.fail([nothing, nothing, nothing])
        for count in 1...3 {
            #expect(try await service.store.conditions(of: nil).grant(FakeCompany.consent) == nil, "\(count)")
            #expect(await failure(service, carols) == nothing)
            service.clock.advance(by: 130)
        }
        let grant = try await service.store.conditions(of: nil).grant(FakeCompany.consent)
        guard case .unanswered(_, let reason)? = grant else { return #expect(Bool(false), "\(String(describing: grant))") }
        #expect(reason.contains("answered 400"))
        try await service.snapshots.catchUp(with: service.store)
        let snapshot = service.snapshots.current
        let row = try #require(snapshot.directory.grant(FakeCompany.consent))
        #expect(HealthReport(snapshot.directory, snapshot.conditions, uses: [:], at: service.clock.now).health(of: row).state == .broken)
        _ = try await service.broker.token(for: carols)
        #expect(try await service.store.conditions(of: nil).grant(FakeCompany.consent) == nil)
    }

    @Test func tokenHealsGrantAndApplication() async throws {
        let service = try await FakeService()
        service.endpoint.fail(.grant(error: "invalid_grant", detail: ""), .application(error: "invalid_client", detail: ""))
        _ = await failure(service, carols)
        _ = await failure(service, carols)
        service.clock.advance(by: 60)
        _ = try await service.broker.token(for: carols)
        let conditions = try await service.store.conditions(of: nil)
        #expect(conditions.grant(FakeCompany.consent) == nil)
        #expect(conditions.application(FakeCompany.application) == nil)
    }

    /// The refusal is of the secret that was replaced while the provider thought about it: the new one is not to blame.
    @Test func refusalOfReplacedCredentialsMarksNobody() async throws {
        let service = try await FakeService()
        let gate = FakeGate()
        service.endpoint.stop(at: gate)
        service.endpoint.fail(.application(error: "invalid_client", detail: "expired"))
        async let token = service.broker.token(for: all)
        await gate.arrival()
        let name = SecretName(.clientSecret, of: FakeCompany.application.text)
        let sealed = try service.vault.seal(Secret("new-secret"), for: name)
        _ = try await service.store.apply(
            DirectoryEdit([], secrets: [SecretChange(name: name, sealed: sealed)], by: "root", at: service.clock.now))
        gate.open()
        #expect(try await token.secret.revealText() == "token-2")
        #expect(try await service.store.conditions(of: nil).application(FakeCompany.application) == nil)
    }

    @Test func rotatedRefreshTokenIsKeptWithTheToken() async throws {
        let service = try await FakeService()
        service.endpoint.rotate()
        let exit = FakeGate()
        await service.store.stop(.keep, at: exit)
        async let token = service.broker.token(for: carols)
        await exit.arrival()
        #expect(try await refreshText(service) == "refresh-0")
        exit.open()
        #expect(try await token.secret.revealText() == "token-1")
        #expect(try await refreshText(service) == "refresh-1")
        let renewal = try #require(await service.store.renewals.first)
        #expect(renewal.rotation != nil)
        service.clock.advance(by: 3600)
        _ = try await service.broker.token(for: carols)
        #expect(service.endpoint.requests.map(\.refreshText) == ["refresh-0", "refresh-1"])
    }

    private func apply(_ service: FakeService, _ entities: [DirectoryEntity], secret: (SecretName, String)? = nil) async throws {
        let secrets = try secret.map { [SecretChange(name: $0.0, sealed: try service.vault.seal(Secret($0.1), for: $0.0))] } ?? []
        _ = try await service.store.apply(DirectoryEdit(entities.map { .put($0) }, secrets: secrets, by: "root", at: service.clock.now))
    }

    /// Somebody corrects a name, or replaces the client's secret, while the provider thinks about it: the refresh token was used up by then, so its
    /// successor is all there is of the consent.
    @Test(arguments: ["name", "secret", "endpoint"]) func editMeanwhileLosesNoRefreshToken(_ what: String) async throws {
        let service = try await FakeService()
        let gate = FakeGate()
        service.endpoint.rotate()
        service.endpoint.stop(at: gate)
        async let token = service.broker.token(for: carols)
        await gate.arrival()
        service.endpoint.stop(at: nil)
        var provider = FakeCompany.provider
        switch what {
        case "name": provider.name = "House and garden"
        case "endpoint": provider.tokenEndpoint = "https://new.example/{tenant}/token"
        default: break
        }
        let secret = what == "secret" ? (SecretName(.clientSecret, of: FakeCompany.application.text), "new-secret") : nil
        try await apply(service, [.provider(provider)], secret: secret)
        gate.open()
        // The harmless edit costs nothing; after the others the token is asked for once more, with the successor.
        #expect(try await token.secret.revealText() == (what == "name" ? "token-1" : "token-2"))
        #expect(service.endpoint.requests.map(\.refreshText) == (what == "name" ? ["refresh-0"] : ["refresh-0", "refresh-1"]))
        #expect(try await refreshText(service) == (what == "name" ? "refresh-1" : "refresh-2"))
        #expect(try await service.store.beginAsking(FakeCompany.consent, at: service.clock.now) == nil, "nothing counts as lost")
    }

    /// The vault's key is rotated meanwhile: the refresh token that was asked with is the same one, sealed anew.
    @Test func resealedRefreshTokenIsStillTheOneThatWasAskedWith() async throws {
        let service = try await FakeService()
        let gate = FakeGate()
        service.endpoint.rotate()
        service.endpoint.stop(at: gate)
        async let token = service.broker.token(for: carols)
        await gate.arrival()
        try await service.store.sealAnew(SecretName(.refreshToken, of: FakeCompany.consent.text), with: service.vault)
        gate.open()
        #expect(try await token.secret.revealText() == "token-1")
        #expect(try await refreshText(service) == "refresh-1")
    }

    /// A new consent while the old one's renewal is under way: what that brings is of yesterday.
    @Test func newConsentIsNotOverwritten() async throws {
        let service = try await FakeService()
        let gate = FakeGate()
        service.endpoint.rotate()
        service.endpoint.stop(at: gate)
        async let token = service.broker.token(for: carols)
        await gate.arrival()
        service.endpoint.stop(at: nil)
        try await apply(service, [], secret: (SecretName(.refreshToken, of: FakeCompany.consent.text), "refresh-new"))
        gate.open()
        #expect(try await token.secret.revealText() == "token-2")
        #expect(service.endpoint.requests.map(\.refreshText) == ["refresh-0", "refresh-new"])
        #expect(try await refreshText(service) == "refresh-2")
    }

    /// However long the disk is full: the provider gives the successor once.
    @Test func fullDiskLosesNoRefreshToken() async throws {
        let service = try await FakeService()
        service.clock.fly()
        service.endpoint.rotate()
        await service.store.fail(.keep, with: .full, times: 200)
        _ = try? await service.broker.token(for: carols)  // its lease may have run out meanwhile, which is another matter
        #expect(try await refreshText(service) == "refresh-1")
    }

    /// The snapshot is older than the store: a new secret must not go to the endpoint of before.
    @Test func secretAndEndpointAreOfOneMoment() async throws {
        let service = try await FakeService()
        var provider = FakeCompany.provider
        provider.tokenEndpoint = "https://new.example/{tenant}/token"
        try await apply(
            service, [.provider(provider)], secret: (SecretName(.clientSecret, of: FakeCompany.application.text), "new-secret"))
        _ = try await service.broker.token(for: all)
        let request = try #require(service.endpoint.requests.first)
        #expect(request.clientSecret?.revealText() == "new-secret")
        #expect(request.endpoint == "https://new.example/t-1/token")
    }

    /// Switched off, a grant gives no token, one that is good for an hour yet neither; switched on again, it needs no new one.
    @Test func disabledGrantGivesNoToken() async throws {
        let service = try await FakeService()
        _ = try await service.broker.token(for: all)
        var grant = try #require(try await service.store.directory().grant(FakeCompany.appOnly))
        grant.isEnabled = false
        try await apply(service, [.grant(grant)])
        await service.broker.forget { $0 == grant.id }
        guard case .missing(let why)? = await failure(service, all) else { return #expect(Bool(false)) }
        #expect(why.contains("disabled"))
        grant.isEnabled = true
        try await apply(service, [.grant(grant)])
        #expect(try await service.broker.token(for: all).secret.revealText() == "token-1")
    }

    /// RFC 6749 section 6: an answer without a refresh token leaves the old one in force.
    @Test func withoutRotationTheOldOneStays() async throws {
        let service = try await FakeService()
        _ = try await service.broker.token(for: carols)
        #expect(try await refreshText(service) == "refresh-0")
    }

    /// With the answer, the rotated refresh token would be lost.
    @Test func busyStoreDoesNotLoseTheAnswer() async throws {
        let service = try await FakeService()
        service.clock.fly()
        service.endpoint.rotate()
        await service.store.fail(.keep, with: .busy, times: 5)
        #expect(try await service.broker.token(for: carols).secret.revealText() == "token-1")
        #expect(service.endpoint.count == 1)
        #expect(try await refreshText(service) == "refresh-1")
    }

    @Test func storeThatStaysBusyIsTemporary() async throws {
        let service = try await FakeService()
        service.clock.fly()
        await service.store.fail(.keep, with: .full, times: 10_000)
        guard case .temporary? = await failure(service, carols) else { return #expect(Bool(false)) }
        #expect(service.endpoint.count == 1)
        #expect(service.clock.waits.reduce(0, +) <= 61)
    }

    @Test(arguments: [MemoryStore.Call.credentials, .token, .takeLease]) func storeFailingIsTemporary(_ call: MemoryStore.Call) async throws
    {
        let service = try await FakeService()
        await service.store.fail(call, with: .unavailable("gone"))
        guard case .temporary(let why, nil)? = await failure(service, all) else { return #expect(Bool(false)) }
        #expect(why.contains("gone"))
        #expect(service.endpoint.count == 0)
        #expect(try await service.store.conditions(of: nil).revision == 0)
        service.clock.advance(by: 2)
        #expect(try await service.broker.token(for: all).secret.revealText() == "token-1")
    }

    /// Another took the lease while the provider was slow: its token counts, not ours.
    @Test func lostLeaseKeepsNothing() async throws {
        let service = try await FakeService()
        let gate = FakeGate()
        service.endpoint.stop(at: gate)
        async let slow = service.broker.token(for: all)
        await gate.arrival()
        service.clock.advance(by: 61)
        let other = try await FakeService(store: service.store, holder: "two")
        other.clock.advance(by: 61)
        #expect(try await other.broker.token(for: all).secret.revealText() == "token-1")
        let kept = try await service.store.token(all)
        gate.open()
        _ = try await slow
        #expect(try await service.store.token(all) == kept)
        #expect(await service.store.renewals.map(\.holder) == ["two"])
        #expect(service.endpoint.count == 1)
    }

    @Test func waitForAnotherProcessHasAnEnd() async throws {
        let service = try await FakeService()
        service.clock.fly()
        let forever = service.clock.now.addingTimeInterval(3000)
        #expect(try await service.store.takeLease("token/all/smtp", holder: "stuck", at: service.clock.now, until: forever))
        guard case .temporary? = await failure(service, all) else { return #expect(Bool(false)) }
        #expect(service.endpoint.count == 0)
        #expect((90...91).contains(service.clock.waits.reduce(0, +)))
    }

    /// A provider whose answers never count is not asked for ever.
    @Test func answersThatNeverCountAreFew() async throws {
        let service = try await FakeService()
        let (store, clock) = (service.store, service.clock)
        let gate = FakeGate()
        service.endpoint.stop(at: gate)
        async let token = service.broker.token(for: all)
        for number in 1...3 {
            await gate.arrival(number)
            let name = SecretName(.clientSecret, of: FakeCompany.application.text)
            let sealed = try service.vault.seal(Secret("secret-\(number)"), for: name)
            _ = try await store.apply(DirectoryEdit([], secrets: [SecretChange(name: name, sealed: sealed)], by: "root", at: clock.now))
            gate.release()
        }
        do {
            _ = try await token
            Issue.record("three void answers should have been enough")
        } catch { #expect(error is TokenFailure) }
        #expect(service.endpoint.count == 3)
    }

    @Test func nothingToAskWithIsSaid() async throws {
        let service = try await FakeService()
        let secret = SecretName(.clientSecret, of: FakeCompany.application.text)
        let refresh = SecretName(.refreshToken, of: FakeCompany.consent.text)
        _ = try await service.store.apply(
            DirectoryEdit(
                [], secrets: [SecretChange(name: secret, sealed: nil), SecretChange(name: refresh, sealed: nil)], by: "root",
                at: service.clock.now))
        guard case .grant("consent_required", _)? = await failure(service, carols) else { return #expect(Bool(false)) }
        guard case .application("invalid_client", let why)? = await failure(service, all) else { return #expect(Bool(false)) }
        #expect(why.contains("--secret-from"))
        let stranger = TokenKey(grant: GrantID(trusted: "nobody"), resource: .smtp)
        guard case .missing? = await failure(service, stranger) else { return #expect(Bool(false)) }
        #expect(service.endpoint.count == 0)
    }

    /// Sealed under a key that is gone: a fresh token costs one request and mends it.
    @Test func tokenOfAnotherKeyIsReplaced() async throws {
        let service = try await FakeService()
        let first = try await service.broker.token(for: all)
        let stored = try #require(try await service.store.token(all))
        let sealed = try FakeCompany.vault(9).seal(first.secret, for: all.secretName)
        let now = service.clock.now
        #expect(try await service.store.takeLease("x", holder: "x", at: now, until: now.addingTimeInterval(1)))
        let other = StoredToken(sealed: sealed, obtained: stored.obtained, expires: stored.expires, revision: stored.revision)
        #expect(try await service.store.keep(Renewal(key: all, token: other, lease: "x", holder: "x")) == .kept)
        let reborn = try await FakeService(store: service.store, holder: "two")
        _ = try await reborn.broker.token(for: all)
        #expect(reborn.endpoint.count == 1)
    }

    /// One user of a Workspace is gone: that mailbox waits, the others have their tokens.
    @Test func serviceAccountsRefusalIsOneMailboxs() async throws {
        let service = try await FakeService()
        var application = try #require(try await service.store.directory().application(FakeCompany.application))
        application.serviceAccount = ServiceAccount(address: "mailer@project.example", keyID: "k")
        let grant = Grant(id: GrantID(trusted: "workspace"), name: "Workspace", kind: .serviceAccount, application: application.id)
        let name = SecretName(.privateKey, of: application.id.text)
        let edit = DirectoryEdit(
            [.put(.application(application)), .put(.grant(grant))],
            secrets: [SecretChange(name: name, sealed: try service.vault.seal(Secret("pem"), for: name))], by: "root", at: service.clock.now
        )
        _ = try await service.store.apply(edit)
        _ = try await service.snapshots.catchUp(with: service.store)
        service.endpoint.fail(.grant(error: "invalid_grant", detail: "Invalid email or User ID"))
        let gone = TokenKey(grant: grant.id, resource: .smtp, subject: "gone@example.org")
        #expect(await failure(service, gone) == .mailbox(error: "invalid_grant", detail: "Invalid email or User ID"))
        let conditions = try await service.store.conditions(of: nil)
        #expect(conditions.grant(grant.id) == nil && conditions.application(application.id) == nil)
        guard case .stopped(let until, _, _)? = conditions.mailbox("gone@example.org") else { return #expect(Bool(false)) }
        #expect(until == service.clock.now.addingTimeInterval(3600))
        _ = try await service.broker.token(for: TokenKey(grant: grant.id, resource: .smtp, subject: "here@example.org"))
    }
}
