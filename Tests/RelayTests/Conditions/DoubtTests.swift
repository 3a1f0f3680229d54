import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// One message is no verdict on a pair: who is charged with a denial, who waits for the probe, and what the probe decides.
@Suite(.timeLimit(.minutes(20)))
struct DoubtTests {
    private let annKey = StandingKey("ann-login", from: FakeCompany.ann, transport: .smtp)
    private let denial = TransmitFailure.said(.content, 554, "5.2.252", "SendAsDenied; ann-login not allowed to send as ann@example.org;")

    private func doubt(_ needs: Int = 2, since: Date = Samples.start) -> Doubt {
        Doubt(since: since, code: "554 5.2.252", needs: needs, nextProbe: since)
    }

    /// As the service has it: what was known is what the store said last.
    private func probe(_ service: FakeService, _ outcome: ProbeOutcome, isOwn: Bool = true) async throws {
        let before = try await service.store.conditions(of: nil).standing(annKey) ?? .declared
        try await service.store.observe([.standing(annKey, before.probed(outcome, isOwn: isOwn, at: service.clock.now))], journal: [])
    }

    private func odd(_ service: FakeService) {
        let denial = denial
        service.transmit.answer { sent in
            let isOdd = String(decoding: sent.bytes, as: UTF8.self).contains("Hello odd")
            return sent.login == "ann-login" && isOdd ? .failure(denial) : .success([.taken])
        }
    }

    // MARK: the probe decides

    @Test func aMailboxsOwnAddressNeedsTwoRefusedProbes() {
        let at = Samples.time(1)
        let once = Standing.doubted(doubt()).probed(.denied(code: "554"), isOwn: true, at: at)
        guard case .doubted(let still) = once else { return #expect(Bool(false), "\(once)") }
        #expect(still.needs == 1 && still.nextProbe == at.addingTimeInterval(900) && !still.mayBeTried(at: Samples.time(1e6)))
        #expect(once.probed(.denied(code: "554"), isOwn: true, at: Samples.time(901)) == .denied(at: Samples.time(901), code: "554"))
    }

    @Test func anothersAddressNeedsOne() {
        #expect(
            Standing.doubted(doubt(1)).probed(.denied(code: "x"), isOwn: false, at: Samples.time(1))
                == .denied(at: Samples.time(1), code: "x"))
        #expect(
            Standing.doubted(doubt()).probed(.taken(isProof: true, unread: ""), isOwn: true, at: Samples.time(1)).isProven(
                at: Samples.time(2)))
    }

    @Test func aProvenPairNeedsTwoWhoeverProbes() {
        let proven = Standing.proven(at: Samples.start, how: "x")
        guard case .doubted(let doubt) = proven.probed(.denied(code: "554"), isOwn: false, at: Samples.time(9e5)) else {
            return #expect(Bool(false))
        }
        #expect(doubt.needs == 1 && doubt.probes == 1)
    }

    /// Microsoft blocks a mailbox that is refused often: what is asked for a pair that no probe can settle is rare.
    @Test func probesAndTriesAreRare() {
        var standing = Standing.doubted(doubt())
        var (now, asked) = (Samples.start, 0)
        while now < Samples.time(86_400) {
            guard case .doubted(let doubt) = standing else { break }
            if doubt.nextProbe <= now {
                standing = standing.probed(.unknown(why: "no token"), isOwn: true, at: now)
                asked += 1
            } else if doubt.mayBeTried(at: now) {
                standing = .doubted(doubt.tried(at: now))
                asked += 1
            }
            now = now.addingTimeInterval(60)
        }
        #expect(asked == 7)
        guard case .doubted = standing else { return #expect(Bool(false), "no probe, no verdict: \(standing)") }
    }

    // MARK: mail meanwhile

    @Test func otherMailWaitsForTheProbeAndNoLonger() async throws {
        let service = try await FakeService()
        try await service.store.observe([.standing(annKey, .doubted(doubt(since: service.clock.now)))], journal: [])
        try await service.accept("m")
        guard case .waiting(let until, _)? = try await service.attempt()?.state else { return #expect(Bool(false)) }
        #expect(until == service.clock.now.addingTimeInterval(2))
        #expect(service.transmit.sent.isEmpty)
        service.clock.advance(by: 121)
        #expect(try await service.attempt()?.state == .done)
        #expect(service.transmit.sent.map(\.login) == ["desk-login"])
    }

    @Test func oddMessageClosesThePairForNobody() async throws {
        let service = try await FakeService()
        odd(service)
        try await service.accept("odd")
        _ = try await service.attempt()
        #expect(try await service.attempt()?.state == .done, "it takes the next route without waiting")
        try await service.accept("m")
        _ = try await service.attempt()
        #expect(service.transmit.sent.map(\.login) == ["ann-login", "desk-login"], "the other waits")
        try await probe(service, .taken(isProof: true, unread: "nobody looked"))
        service.clock.advance(by: 3)
        #expect(try await service.attempt()?.state == .done)
        #expect(service.transmit.sent.map(\.login) == ["ann-login", "desk-login", "ann-login"])
    }

    /// With nowhere else to go, it has a second try once the pair is proven; then it is the message that is not liked.
    @Test func aMessageRefusedTwiceIsKeptFromThePair() async throws {
        let service = try await FakeService()
        odd(service)
        _ = try await service.store.apply(
            Samples.edit(.setting(SettingKey(.fallback), "refuse")))
        _ = try await service.store.apply(
            DirectoryEdit([.remove(EntityKey(.delegation, FakeCompany.delegation.text))], by: "root", at: service.clock.now))
        try await service.accept("odd")
        _ = try await service.attempt()
        try await probe(service, .proven(how: "it went"))
        service.clock.advance(by: 100)
        let second = try #require(try await service.attempt())
        #expect(second.observations.isEmpty, "the same message is no news of the pair")
        service.clock.advance(by: 1000)
        let third = try #require(try await service.attempt())
        #expect(service.transmit.sent.count == 2)
        guard case .waiting = third.state else { return #expect(Bool(false), "\(third.state)") }
    }

    /// A stream of odd messages: each costs a refusal, so a pair that was proven a moment ago is not probed again at once, and nobody waits for that.
    @Test func oddMessagesInARowDoNotCostAProbeEach() async throws {
        let service = try await FakeService()
        odd(service)
        try await service.store.observe([.standing(annKey, .proven(at: service.clock.now.addingTimeInterval(-60), how: "x"))], journal: [])
        try await service.accept("odd")
        guard case .standing(annKey, .doubted(let doubt)?)? = try await service.attempt()?.observations.first else {
            return #expect(Bool(false))
        }
        #expect(doubt.nextProbe == service.clock.now.addingTimeInterval(840) && doubt.awaited(at: service.clock.now) == nil)
        _ = try await service.attempt()
        try await service.accept("m")
        #expect(try await service.attempt()?.state == .done)
        #expect(service.transmit.sent.last?.login == "desk-login")
    }

    @Test func whereNoProbeCanBeMadeOneMessageFindsOut() async throws {
        let service = try await FakeService()
        let unprobed = Standing.doubted(doubt(since: service.clock.now)).probed(
            .unknown(why: "no token"), isOwn: true, at: service.clock.now)
        try await service.store.observe([.standing(annKey, unprobed)], journal: [])
        let denial = denial
        service.transmit.answer { $0.login == "ann-login" ? .failure(denial) : .success([.taken]) }
        let surroundings = service.surroundings
        for name in ["a", "b"] { try await service.accept(name) }
        try await service.snapshots.catchUp(with: service.store)
        let claimed = try await service.store.claim(
            9, rooms: LaneRooms(), by: Claimant(node: "one", incarnation: "a"), at: service.clock.now,
            until: service.clock.now.addingTimeInterval(300))
        for entry in claimed.entries { try await service.store.settle(await Attempt(entry, surroundings).run()) }
        #expect(service.transmit.sent.map(\.login) == ["ann-login", "desk-login"])
        let standing = try await service.store.conditions(of: nil).standing(annKey)
        guard case .doubted(let doubt)? = standing else {
            return #expect(Bool(false), "a message is no verdict: \(String(describing: standing))")
        }
        #expect(doubt.tries == 1 && doubt.nextTry == service.clock.now.addingTimeInterval(3600))
    }

    @Test func aTryThatIsTakenEndsTheDoubt() async throws {
        let service = try await FakeService()
        let unprobed = Standing.doubted(doubt(since: service.clock.now)).probed(
            .unknown(why: "no token"), isOwn: true, at: service.clock.now)
        try await service.store.observe([.standing(annKey, unprobed)], journal: [])
        try await service.accept("m")
        #expect(
            try await service.attempt()?.observations == [.standing(annKey, .proven(at: service.clock.now, how: "a message was taken"))])
    }

    // MARK: who is charged

    private static let bounce = FakeCompany.address("bounce@example.org")

    @Test(arguments: [
        (TransmitStage.content, "SendAsDenied; ann@example.org not allowed to send as bounce@example.org; STOREDRV.Submission", "bounce"),
        (.content, "SendAsDenied; desk@example.org not allowed to send as ann@example.org; STOREDRV.Submission", "ann"),
        (.content, "SMTP; Client does not have permissions to send as this sender", "ann"),
        (.mail, "SMTP; Client does not have permissions to send as this sender", "bounce"),
        (.data, "SMTP; Client does not have permissions to send as this sender", "bounce"),
        (.rcpt, "<BOUNCE@example.org>: Sender address rejected: not owned by user ann@example.org", "bounce"),
        (.request, "does not have the right to send mail on behalf of the specified sending account", "ann"),
    ]) func theRefusedAddressIsTheOneThatIsNamed(_ stage: TransmitStage, _ text: String, _ name: String) {
        let subject = FailureSubject(
            kind: .microsoft, login: "ann-login", from: [FakeCompany.ann, FakeCompany.carol], envelopeSender: Self.bounce)
        let reply = ProviderReply(
            code: stage == .request ? 403 : 554, enhanced: stage == .request ? "ErrorSendAsDenied" : "5.2.252", text: text)
        let diagnosis = FailureTable.diagnose(reply, at: stage, subject)
        #expect(diagnosis.refusedSender == FakeCompany.address("\(name)@example.org"))
        #expect(diagnosis.cause == "ann-login may not send as \(name)@example.org")
        #expect(diagnosis.fix.contains("\(name)@example.org"))
    }

    /// Its own From is not doubted, and the envelope sender is replaced until the probe has had its say.
    @Test func theEnvelopeSenderIsChargedForItself() async throws {
        let service = try await FakeService()
        _ = try await service.store.apply(Samples.edit(.setting(SettingKey(.envelope), "bounce@example.org")))
        let delegation = Delegation(
            id: DelegationID(trusted: "ann-bounce"), mailbox: MailboxID(trusted: "ann"), covers: .address(Self.bounce), kind: .sendAs,
            grantedBy: "root", grantedAt: Date(timeIntervalSince1970: 1_700_000_000))
        _ = try await service.store.apply(Samples.edit(.delegation(delegation)))
        service.transmit.answer { sent in
            sent.envelope.sender == .address(Self.bounce)
                ? .failure(TransmitFailure.said(.mail, 550, "5.7.60", "no permissions to send as this sender")) : .success([.taken])
        }
        try await service.accept("m")
        let first = try #require(try await service.attempt())
        let key = StandingKey("ann-login", from: Self.bounce, transport: .smtp)
        let doubt = Doubt(since: service.clock.now, code: "550 5.7.60", needs: 1, nextProbe: service.clock.now)
        #expect(first.observations == [.standing(key, .doubted(doubt))])
        #expect(try await service.attempt()?.state == .done)
        #expect(service.transmit.sent.map(\.login) == ["ann-login", "ann-login"])
        #expect(service.transmit.sent.last?.envelope.sender == .address(FakeCompany.ann))
    }
}
