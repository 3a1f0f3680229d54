import Testing

@testable import Sandbox

struct SendAsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var from: String
        var sender: String?
        var envelope = "ann@contoso.example"
        /// The start of the answer.
        var answer: String
        var testDescription: String { "\(from) \(sender ?? "") <\(envelope)>" }
    }

    private static let denied = "554 5.2.252 SendAsDenied; ann@contoso.example not allowed to send as "

    static let cases = [
        Case(from: "ann@contoso.example", answer: "250 2.0.0 OK <1@x> [Hostname="),
        Case(from: "Ann.Alias@contoso.example", answer: "250 2.0.0 OK"),
        Case(from: "Shared <shared@contoso.example>", answer: "250 2.0.0 OK"),
        Case(from: "shared@contoso.example", envelope: "shared@contoso.example", answer: "250 2.0.0 OK"),
        Case(from: "ann@contoso.example", envelope: "", answer: "250 2.0.0 OK"),
        Case(from: "bob@contoso.example", sender: "ann@contoso.example", answer: "250 2.0.0 OK"),
        Case(from: "bob@contoso.example", sender: "shared@contoso.example", answer: denied + "bob@contoso.example; STOREDRV."),
        Case(from: "bob@contoso.example", answer: denied + "bob@contoso.example; STOREDRV."),
        Case(from: "eve@evil.example", answer: denied + "eve@evil.example;"),
        Case(from: "ann@contoso.example", envelope: "eve@evil.example", answer: denied + "eve@evil.example;"),
        Case(from: "ann@contoso.example, shared@contoso.example", answer: "550 5.7.512 "),
        Case(from: "ann@contoso.example, shared@contoso.example", sender: "ann@contoso.example", answer: "250 2.0.0 OK"),
        Case(from: "ann@contoso.example, eve@evil.example", sender: "ann@contoso.example", answer: denied + "eve@evil.example;"),
        Case(from: "", answer: "550 5.7.512 "),
        Case(from: "Nobody:;", answer: "550 5.7.512 "),
        Case(from: "ann", answer: "550 5.7.512 "),
    ]

    private func send(_ one: Case, _ state: inout ProviderState, now: Double = Contoso.start, connection: Int = 1) -> String {
        let sender = one.sender.map { "Sender: \($0)\r\n" } ?? ""
        let content = Array("From: \(one.from)\r\n\(sender)Message-ID: <1@x>\r\n\r\nbody\r\n".utf8)
        let envelope = Envelope(sender: EnvelopeSender(one.envelope), recipients: [EnvelopeRecipient("r@x.example")])
        let delivery = ProviderState.Delivery(connection: connection, login: "ann@contoso.example", content: content, tlsVersion: "TLSv1.3")
        let (answer, accepted) = state.judge(envelope, delivery, now: now)
        guard case .reply(let reply) = answer else { return "" }
        #expect((accepted != nil) == reply.isPositive)
        #expect(state.record.messages.count + state.record.refusals.count > 0)
        return reply.wire
    }

    @Test(arguments: cases)
    func matrixDecidesWhoMaySendAsWhom(_ one: Case) {
        var state = Contoso.state()
        let wire = send(one, &state)
        #expect(wire.hasPrefix(one.answer), "\(wire)")
        #expect(wire.utf8.count <= 512 || wire.hasPrefix("554"), "\(wire)")
    }

    private static let eve = Case(from: "eve@evil.example", answer: "")
    private static let own = Case(from: "ann@contoso.example", answer: "")

    @Test func theOlderDenialNamesNobody() {
        var state = Contoso.state()
        state.habits.sendAsDenial = .noPermission
        #expect(send(Self.eve, &state).hasPrefix("550 5.7.60 SMTP; Client does not have permissions to send as this sender ["))
    }

    @Test func aProviderCanRewriteInSilence() {
        var state = Contoso.state()
        state.habits.sendAsDenial = .rewritten
        #expect(send(Self.eve, &state).hasPrefix("250 "))
        #expect(state.record.messages.map(\.from) == [["eve@evil.example"]])
        #expect(state.record.messages.map(\.deliveredFrom) == [["ann@contoso.example"]])
    }

    @Test func repeatedDenialsBlockTheLoginForEverySender() {
        var state = Contoso.state()
        state.habits.denialsBeforeThrottle = 3
        for _ in 0..<3 { #expect(send(Self.eve, &state).hasPrefix("554 5.2.252 ")) }
        #expect(send(Self.own, &state).hasPrefix("550 5.2.252 Sender throttled due to continuous send as denied errors"))
        #expect(send(Self.own, &state, now: Contoso.start + state.habits.throttleSeconds).hasPrefix("250 "))
    }

    @Test func aGoodMessageBetweenForgetsTheDenials() {
        var state = Contoso.state()
        state.habits.denialsBeforeThrottle = 2
        for _ in 0..<3 {
            #expect(send(Self.eve, &state).hasPrefix("554 "))
            #expect(send(Self.own, &state).hasPrefix("250 "))
        }
    }

    @Test func theFourthConnectionIsOneTooMany() {
        var state = Contoso.state()
        for connection in 1...4 { state.traffic.signIn(connection, login: "ann@contoso.example", tokenID: "A1") }
        #expect(send(Self.own, &state, connection: 4).hasPrefix("432 4.3.2 Concurrent connections limit exceeded."))
        #expect(send(Self.own, &state, connection: 3).hasPrefix("250 "))
        state.traffic.disconnect(1)
        #expect(send(Self.own, &state, connection: 4).hasPrefix("250 "))
    }

    @Test func messagesPerMinuteCanBeLimited() {
        var state = Contoso.state()
        state.habits.messagesPerMinute = 2
        #expect(send(Self.own, &state).hasPrefix("250 "))
        #expect(send(Self.own, &state).hasPrefix("250 "))
        #expect(send(Self.own, &state, now: Contoso.start + 59).hasPrefix("421 4.4.2 "))
        #expect(send(Self.own, &state, now: Contoso.start + 60).hasPrefix("250 "))
    }

    @Test func grantsActAtOnce() {
        var state = Contoso.state()
        state.tenant.grants.removeAll()
        #expect(send(Case(from: "shared@contoso.example", answer: ""), &state).hasPrefix("554 "))
    }

    @Test func contentIsKeptUpToTheLimitAndDigestsAlways() {
        var state = ProviderState(tenant: Contoso.tenant, habits: .microsoft, dice: Dice(Steady()), contentLimit: 100)
        _ = send(Self.own, &state)
        _ = send(Self.own, &state)
        #expect(state.record.messages.map { $0.content == nil } == [false, true])
        #expect(state.record.messages[0].digest == state.record.messages[1].digest)
        // printf 'body\r\n' | sha256sum
        #expect(state.record.messages[0].bodyDigest == "0a4e52a11356529491e17d023afed1e6e6f6a544ed97ac73e1d4c5cfefa38b83")
    }

    @Test(arguments: [
        ("nobody@contoso.example", false), ("team@contoso.example", true), ("bob@contoso.example", true), ("r@x.example", true),
    ])
    func unknownLocalRecipientsAreRefusedOnRequest(address: String, isAccepted: Bool) {
        var state = Contoso.state()
        let question = SubmissionSession.Question.recipient(EnvelopeRecipient(address))
        #expect(state.judge(question, login: nil, connection: 1, now: 0) == .proceed)
        state.habits.refusesUnknownRecipients = true
        #expect((state.judge(question, login: nil, connection: 1, now: 0) == .proceed) == isAccepted)
    }
}
