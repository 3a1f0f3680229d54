import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// What an attempt finds out about rights, tokens and mailboxes, and which way the message goes then.
@Suite(.timeLimit(.minutes(20)))
struct SpoolAttemptHealingTests {
    private let denied = TransmitFailure.said(.content, 554, "5.2.252", "SendAsDenied; ann-login not allowed to send as ann@example.org;")
    private let annKey = StandingKey("ann-login", from: FakeCompany.ann, transport: .smtp)

    private func doubt(_ code: String, at now: Date) -> Standing { .doubted(Doubt(since: now, code: code, needs: 2, nextProbe: now)) }

    @Test func denialTakesTheNextRoute() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        let denied = denied
        service.transmit.answer { $0.login == "ann-login" ? .failure(denied) : .success([.taken]) }
        let first = try #require(try await service.attempt())
        #expect(first.observations == [.standing(annKey, doubt("554 5.2.252", at: service.clock.now))])
        #expect(first.outcomes.isEmpty)
        let second = try #require(try await service.attempt())
        #expect(second.state == .done)
        #expect(service.transmit.sent.map(\.login) == ["ann-login", "desk-login"])
        #expect(try second.facts("route") == ["send-as"])
    }

    /// A recipient's 452 before the content was denied must not hide the denial.
    @Test func denialBehindATemporaryRefusalIsSeen() async throws {
        let service = try await FakeService()
        try await service.accept("m", to: ["a@example.com", "b@example.com"])
        service.transmit.answer { _ in
            .success([
                RecipientReply.said(.rcpt, 452, "4.5.3"),
                RecipientReply.said(.content, 550, "5.7.60", "no permissions to send as this sender"),
            ])
        }
        let settlement = try #require(try await service.attempt())
        #expect(settlement.observations == [.standing(annKey, doubt("550 5.7.60", at: service.clock.now))])
        guard case .waiting(let until, _) = settlement.state else { return #expect(Bool(false)) }
        #expect(until == service.clock.now)
    }

    /// Its own mailbox is chosen; that another candidate is pending says nothing of this one.
    @Test(arguments: [true, false]) func pendingIsTheChosenCandidatesOwn(_ isChosenPending: Bool) async throws {
        let service = try await FakeService()
        let now = service.clock.now
        let until = now.addingTimeInterval(1000)
        let fresh = FakeCompany.mayDeskSendAsAnn(now)
        _ = try await service.store.apply(Samples.edit(.delegation(fresh)))
        if isChosenPending { try await service.store.observe([.standing(annKey, .pending(until: until, deniedAt: nil))], journal: []) }
        try await service.accept("m")
        let denied = denied
        service.transmit.answer { _ in .failure(denied) }
        let settlement = try #require(try await service.attempt())
        let wanted: Standing = isChosenPending ? .pending(until: until, deniedAt: now) : doubt("554 5.2.252", at: now)
        #expect(settlement.observations == [.standing(annKey, wanted)])
    }

    @Test func pendingThatIsOverIsDoubted() async throws {
        let service = try await FakeService()
        let now = service.clock.now
        try await service.store.observe([.standing(annKey, .pending(until: now.addingTimeInterval(-1), deniedAt: nil))], journal: [])
        try await service.accept("m")
        let denied = denied
        service.transmit.answer { _ in .failure(denied) }
        #expect(try await service.attempt()?.observations == [.standing(annKey, doubt("554 5.2.252", at: now))])
    }

    @Test func refusedTokenIsReplacedOnce() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        service.transmit.answer { $0.token == "token-1" ? .failure(TransmitFailure.said(.auth, 535, "5.7.3")) : .success([.taken]) }
        #expect(try await service.attempt()?.state == .done)
        #expect(service.transmit.sent.map(\.token) == ["token-1", "token-2"])
    }

    @Test func tokenRefusedTwiceStopsTheMailbox() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        service.transmit.answer { $0.login == "ann-login" ? .failure(TransmitFailure.said(.auth, 535, "5.7.3")) : .success([.taken]) }
        let settlement = try #require(try await service.attempt())
        #expect(service.transmit.sent.count == 2)
        guard case .mailbox("ann-login", nil, .stopped(let until, _, 1)?)? = settlement.observations.first else {
            return #expect(Bool(false))
        }
        #expect(until == service.clock.now.addingTimeInterval(900))
        #expect(try await service.attempt()?.state == .done)
        #expect(service.transmit.sent.last?.login == "desk-login")
    }

    /// SMTP AUTH is off, which says nothing of Graph: only this way out is closed.
    @Test func submissionThatIsOffStopsThatTransportAlone() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        service.transmit.answer { _ in
            .failure(TransmitFailure.said(.auth, 535, "5.7.139", "SmtpClientAuthentication is disabled for the Tenant"))
        }
        let observation = try await service.attempt()?.observations.first
        guard case .mailbox("ann-login", .smtp, .stopped(let until, _, 1)?)? = observation else {
            return #expect(Bool(false), "\(String(describing: observation))")
        }
        #expect(until == service.clock.now.addingTimeInterval(3600))
        let conditions = try await service.store.conditions(of: nil)
        #expect(conditions.mailbox("ann-login") == nil && conditions.mailbox("ann-login", over: .graph) == nil)
    }

    @Test func stoppedMailboxWaitsLongerEachTimeAndHeals() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        try await service.store.observe(
            [.mailbox("ann-login", .stopped(until: service.clock.now, reason: "x", failures: 3))], journal: [])
        service.transmit.answer { _ in .failure(TransmitFailure.said(.content, 550, "5.4.5", "Daily user sending limit exceeded")) }
        guard case .mailbox(_, nil, .stopped(let until, _, 4)?)? = try await service.attempt()?.observations.first else {
            return #expect(Bool(false))
        }
        #expect(until == service.clock.now.addingTimeInterval(8 * 3600))
        let healed = try await FakeService()
        try await healed.accept("m", to: ["a@example.com", "b@example.com"])
        try await healed.store.observe(
            [.mailbox("ann-login", .stopped(until: healed.clock.now, reason: "x", failures: 3))], journal: [])
        healed.transmit.answer { _ in .success([RecipientReply.said(.rcpt, 550, "5.1.1"), .taken]) }
        #expect(try await healed.attempt()?.observations == [.mailbox("ann-login", nil)])
    }

    @Test func missingConsentTakesTheNextRoute() async throws {
        let service = try await FakeService()
        try await service.accept("m", from: FakeCompany.carol)
        service.endpoint.fail(.grant(error: "invalid_grant", detail: "carol@example.org has changed her password"))
        let first = try #require(try await service.attempt())
        #expect(try first.facts("outcome") == ["needs consent: invalid_grant"])
        let second = try #require(try await service.attempt())
        #expect(second.state == .done)
        #expect(try second.facts("route") == ["reply-to"])
        #expect(service.transmit.sent.map(\.login) == ["desk-login"])
    }

    @Test func tokenEndpointsPatienceIsOurs() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        service.endpoint.fail(.temporary("429", retryAfter: 500))
        guard case .waiting(let until, _)? = try await service.attempt()?.state else { return #expect(Bool(false)) }
        #expect(until == service.clock.now.addingTimeInterval(500))
        #expect(service.transmit.sent.isEmpty)
    }
}
