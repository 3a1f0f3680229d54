import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// One attempt and what it is put into: outcomes, next state, observations, usage, journal.
@Suite(.timeLimit(.minutes(20)))
struct SpoolAttemptTests {
    @Test func sentIsDone() async throws {
        let service = try await FakeService()
        try await service.accept("m", to: ["rob@example.com", "eve@example.com"])
        let settlement = try #require(try await service.attempt())
        #expect(settlement.state == .done)
        #expect(settlement.outcomes == [0: .sent(reply: "250 2.0.0 ok"), 1: .sent(reply: "250 2.0.0 ok")])
        #expect(settlement.usages == [Usage(of: "ann-login", messages: 1, recipients: 2)])
        #expect(settlement.observations.isEmpty)
        #expect(settlement.sightings.map(\.outcome) == ["sent"])
        let sent = try #require(service.transmit.sent.first)
        #expect(sent.login == "ann-login")
        #expect(sent.token == "token-1")
        #expect(sent.envelope.sender == .address(FakeCompany.ann))
        #expect(String(decoding: sent.bytes, as: UTF8.self).hasSuffix("Message-ID: <m@example.org>\r\n\r\nHello m\r\n"))
        #expect(try await service.store.chunk(0, of: SpoolID(trusted: "m")) == nil)
    }

    /// Facts stay for ever, so they hold codes; who it was about can be found, and erased.
    @Test func journalHoldsNoAddressInItsFacts() async throws {
        let service = try await FakeService()
        try await service.accept("m", to: ["rob@example.com", "eve@example.com"])
        service.transmit.answer { _ in .success([.taken, RecipientReply.said(.rcpt, 550, "5.1.1", "<eve@example.com> unknown")]) }
        let settlement = try #require(try await service.attempt())
        #expect(try settlement.facts("recipient") == ["sent 250 2.0.0", "refused 550 5.1.1"])
        for fact in try settlement.attempted().facts { #expect(!fact.value.contains("@"), "\(fact)") }
        for recipient in ["rob@example.com", "eve@example.com"] {
            #expect(try await service.store.entries(JournalFilter(recipient: recipient)).count == 1)
        }
        #expect(
            try await service.store.entries(JournalFilter(from: "ann@example.org", author: "ann@example.org", mailbox: "ann-login")).count
                == 1)
    }

    @Test func mixedRecipientsEachHaveTheirOwn() async throws {
        let service = try await FakeService()
        try await service.accept("m", to: ["a@example.com", "b@example.com", "c@example.com"], notify: .never)
        service.transmit.answer { sent in
            .success(
                sent.envelope.recipients.map { recipient in
                    switch recipient.address.localPart {
                    case "a": .taken
                    case "b": RecipientReply.said(.rcpt, 550, "5.1.1")
                    default: RecipientReply.said(.rcpt, 450, "4.2.1")
                    }
                })
        }
        let first = try #require(try await service.attempt())
        #expect(first.outcomes == [0: .sent(reply: "250 2.0.0 ok"), 1: .refused(reply: "550 5.1.1 said so")])
        guard case .waiting(let until, _) = first.state else { return #expect(Bool(false), "\(first.state)") }
        #expect(until == service.clock.now.addingTimeInterval(60))
        service.clock.advance(by: 60)
        service.transmit.answer { _ in .success([.taken]) }
        let second = try #require(try await service.attempt())
        #expect(service.transmit.sent[1].envelope.recipients.map(\.address.localPart) == ["c"])
        #expect(second.outcomes == [2: .sent(reply: "250 2.0.0 ok")])
        guard case .failed(let why) = second.state else { return #expect(Bool(false), "\(second.state)") }
        #expect(why == "1 refused, 2 sent: the recipient was refused: 550 5.1.1 said so")
        #expect(try second.facts("outcome") == ["sent in part"], "nobody shall read of a message that did not reach all that it was sent")
    }

    /// The reason given is the refusal's, not the first recipient's thanks.
    @Test func failureNamesTheRefusal() async throws {
        let service = try await FakeService()
        try await service.accept("m", to: ["a@example.com", "b@example.com"])
        service.transmit.answer { _ in .success([.taken, RecipientReply.said(.rcpt, 550, "5.1.1", "no such user")]) }
        let settlement = try #require(try await service.attempt())
        guard case .failed(let why) = settlement.state else { return #expect(Bool(false)) }
        #expect(why.contains("no such user"))
        #expect(settlement.sightings.map(\.outcome) == ["sent"])
    }

    @Test func revokedBetweenAcceptAndAttemptIsNotUsed() async throws {
        let service = try await FakeService()
        let mailbox = EntityKey(.mailbox, "ann")
        _ = try await service.store.apply(DirectoryEdit([.remove(mailbox)], by: "root", at: service.clock.now))
        try await service.accept("m")
        let revoked = EntityKey(.delegation, FakeCompany.delegation.text)
        _ = try await service.store.apply(DirectoryEdit([.remove(revoked)], by: "root", at: service.clock.now))
        let settlement = try #require(try await service.attempt())
        #expect(try settlement.facts("route") == ["reply-to"])
        let deny = Deny(id: DenyID(trusted: "no"), mailbox: nil, covers: .address(FakeCompany.ann))
        _ = try await service.store.apply(Samples.edit(.deny(deny)))
        try await service.accept("n")
        let refused = try #require(try await service.attempt())
        #expect(try refused.facts("outcome") == ["denied"])
        #expect(service.transmit.sent.count == 1)
        guard case .waiting = refused.state else { return #expect(Bool(false)) }
    }

    /// Whatever the provider answers, a message does not go round and round.
    @Test(arguments: [
        TransmitFailure.said(.content, 554, "5.2.252", "SendAsDenied"), TransmitFailure.said(.auth, 535, "5.7.3"),
        TransmitFailure.said(.content, 550, "5.2.252", "Sender throttled due to continuous"),
        TransmitFailure.said(.content, 451, "4.3.0"), TransmitFailure(stage: .connect, cause: .unreachable("down")),
    ]) func nothingCircles(_ failure: TransmitFailure) async throws {
        let service = try await FakeService()
        try await service.accept("m")
        service.transmit.answer { _ in .failure(failure) }
        var atOnce = 0
        while let settlement = try await service.attempt() {
            guard case .waiting(let until, _) = settlement.state, until <= service.clock.now else { break }
            atOnce += 1
        }
        #expect(atOnce <= 9)
        #expect(service.transmit.sent.count <= 2 * (atOnce + 1))
    }

    @Test func afterFiveDaysItHasFailed() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        service.transmit.answer { _ in .failure(TransmitFailure.said(.mail, 451, "4.3.0", "later")) }
        var attempts = 0
        let start = service.clock.now
        var last: Settlement.Next?
        while let settlement = try await service.attempt() {
            attempts += 1
            last = settlement.state
            guard case .waiting(let until, _) = settlement.state else { break }
            service.clock.advance(by: until.timeIntervalSince(service.clock.now))
        }
        guard case .failed(let why)? = last else { return #expect(Bool(false), "\(String(describing: last))") }
        #expect(why.contains("five days") && why.contains("later"))
        #expect(service.clock.now == start.addingTimeInterval(5 * 86_400))
        #expect((30...60).contains(attempts))
        #expect(try await service.store.chunk(0, of: SpoolID(trusted: "m")) != nil, "visible, and not lost")
    }

    /// An adapter that answers for fewer recipients than it was given has not sent to the others.
    @Test(arguments: [0, 1, 3]) func wrongNumberOfRepliesIsNoSuccess(_ count: Int) async throws {
        let service = try await FakeService()
        try await service.accept("m", to: ["a@example.com", "b@example.com"])
        service.transmit.answer { _ in .success(Array(repeating: .taken, count: count)) }
        let settlement = try #require(try await service.attempt())
        #expect(settlement.outcomes.isEmpty)
        guard case .waiting = settlement.state else { return #expect(Bool(false)) }
    }

    @Test func damagedHeaderIsHeldNotFatal() async throws {
        let service = try await FakeService()
        let sample = try Samples.message("m")
        let damaged = AcceptedMessage(
            id: sample.id, acceptedAt: service.clock.now, client: nil, purpose: nil, user: nil, author: sample.author,
            envelope: sample.envelope,
            hasEnvelopeSender: false, isAutomatic: false, header: Array("From ann\u{0}".utf8), bodySize: 5, digest: [], messageID: "<m>")
        try await service.store.accept(damaged, lastChunk: Array("12345".utf8), number: 0, held: nil, lane: nil, journal: [], sightings: [])
        guard case .held(let why)? = try await service.attempt()?.state else { return #expect(Bool(false)) }
        #expect(why.contains("damaged"))
    }

    @Test func bodyThatCannotBeReadIsTriedAgain() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        await service.store.fail(.chunk, with: .busy)
        guard case .waiting? = try await service.attempt()?.state else { return #expect(Bool(false)) }
        service.clock.advance(by: 60)
        #expect(try await service.attempt()?.state == .done)
    }

    /// More recipients than a message may have: the first are sent, and the others are next, at once.
    @Test func recipientsGoInParts() async throws {
        let service = try await FakeService()
        var provider = FakeCompany.provider
        provider.limits.recipientsPerMessage = 2
        _ = try await service.store.apply(DirectoryEdit([.put(.provider(provider))], by: "root", at: service.clock.now))
        try await service.accept("m", to: ["a@example.com", "b@example.com", "c@example.com"], notify: .never)
        service.transmit.answer { .success($0.envelope.recipients.map { _ in .taken }) }
        let first = try #require(try await service.attempt())
        guard case .waiting(service.clock.now, _) = first.state else { return #expect(Bool(false), "\(first.state)") }
        #expect(try await service.attempt()?.state == .done)
        #expect(service.transmit.sent.map(\.envelope.recipients.count) == [2, 1])
    }
}
