import Foundation
import Testing

@testable import Sandbox

/// Recipients of a day, requests at once, and aliases: the habits that count or replace.
struct LimitTests {
    private func send(
        _ state: inout ProviderState, as login: String = "ann@contoso.example", from: String? = nil, to recipients: [String],
        now: Double = Contoso.start
    ) -> String {
        let content = Array("From: \(from ?? login)\r\nMessage-ID: <1@x>\r\n\r\nbody\r\n".utf8)
        let envelope = Envelope(sender: EnvelopeSender(login), recipients: recipients.map { EnvelopeRecipient($0) })
        let delivery = ProviderState.Delivery(connection: 1, login: login, content: content, tlsVersion: "TLSv1.3")
        guard case .reply(let reply) = state.judge(envelope, delivery, now: now).answer else { return "" }
        return reply.wire
    }

    @Test(arguments: [(Habits.microsoft, "550 5.1.90 "), (.google, "550 5.4.5 ")])
    func aMailboxHasSoManyRecipientsADay(_ flavour: Habits, _ refusal: String) {
        var habits = flavour
        habits.recipientsPerDay = 3
        var state = Contoso.state(habits)
        #expect(send(&state, to: ["a@x.example", "b@x.example"]).hasPrefix("250 "))
        #expect(send(&state, to: ["a@x.example", "b@x.example"]).hasPrefix(refusal))
        #expect(send(&state, to: ["a@x.example"]).hasPrefix("250 "), "what is left may be used")
        #expect(send(&state, as: "bob@contoso.example", to: ["a@x.example"]).hasPrefix("250 "), "another mailbox has its own")
        #expect(send(&state, to: ["a@x.example"], now: Contoso.start + 86_399).hasPrefix(refusal))
        #expect(send(&state, to: ["a@x.example"], now: Contoso.start + 86_400).hasPrefix("250 "))
    }

    @Test(arguments: [
        (Habits.TenantLimit.external, "550 5.7.233 "), (.trial, "550 5.7.232 "), (.initialDomain, "550 5.7.236 "),
        (.threshold, "550 5.7.705 Access denied, tenant has exceeded threshold"),
    ]) func anOrganisationHasSoManyStrangersADay(_ limit: Habits.TenantLimit, _ refusal: String) {
        var habits = Habits.microsoft
        habits.tenantRecipientsPerDay = 2
        habits.tenantLimit = limit
        var state = Contoso.state(habits)
        #expect(send(&state, to: ["a@x.example", "team@contoso.example"]).hasPrefix("250 "))
        #expect(send(&state, as: "bob@contoso.example", to: ["a@x.example"]).hasPrefix("250 "))
        #expect(send(&state, to: ["a@x.example"]).hasPrefix(refusal))
        #expect(send(&state, to: ["team@contoso.example"]).hasPrefix("250 "), "its own people do not count")
        #expect(send(&state, to: ["a@x.example"], now: Contoso.start + 86_400).hasPrefix("250 "))
    }

    /// Taken, and a report comes back: the only way in which the real one has been seen to say it.
    @Test func aLimitMayBeToldByAReportAlone() throws {
        var habits = Habits.microsoft
        habits.tenantRecipientsPerDay = 1
        habits.tenantLimitAt = .report
        var state = Contoso.state(habits)
        for _ in 0..<2 { #expect(send(&state, to: ["a@x.example"]).hasPrefix("250 ")) }
        let report = try #require(state.record.messages.last)
        #expect(
            state.record.messages.count == 3 && report.sender.address.isEmpty && report.recipients.map(\.address) == ["ann@contoso.example"]
        )
        let text = String(decoding: report.content ?? [], as: UTF8.self)
        #expect(
            text.contains("multipart/report") && text.contains("Status: 5.7.233\r\n")
                && text.contains("Final-Recipient: rfc822;a@x.example"))
    }

    @Test(arguments: [(true, "ann.alias@contoso.example"), (false, "ann@contoso.example")])
    func anAliasStaysWhereItIsKept(_ isKept: Bool, _ delivered: String) {
        var habits = Habits.microsoft
        habits.keepsAlias = isKept ? [.smtp] : []
        var state = Contoso.state(habits)
        #expect(send(&state, from: "ann.alias@contoso.example", to: ["a@x.example"]).hasPrefix("250 "))
        #expect(state.record.messages.map(\.deliveredFrom) == [[delivered]])
    }

    private func visit(_ state: inout ProviderState) -> Visit {
        let form =
            "grant_type=client_credentials&client_id=\(Contoso.serviceClient)&client_secret=open&scope=https://graph.microsoft.com/.default"
        let token = Contoso.accessToken(state.token(TokenRequest(tenant: Contoso.tenantID, form: form), now: Contoso.start).body)
        let content = Data("From: ann@contoso.example\r\nTo: r@x.example\r\n\r\nhi\r\n".utf8).base64EncodedData()
        return Visit(
            door: .graphSend, isPost: true, path: "/v1.0/users/ann@contoso.example/sendMail", tenant: "", user: "ann@contoso.example",
            query: "", form: "", content: Array(content), authorization: "Bearer \(token)")
    }

    /// domain.md 2.8: four at once for each application and mailbox, and so many in ten minutes.
    @Test func graphHasRoomForFourAtOnce() throws {
        var state = Contoso.state()
        let visit = visit(&state)
        let lanes = try (0..<4).map { _ in try state.enter(visit, now: Contoso.start).get() }
        guard case .failure(let crowded) = state.enter(visit, now: Contoso.start) else {
            Issue.record("a fifth was let in")
            return
        }
        #expect(crowded.answer.status == 429 && crowded.answer.fields == [.init("Retry-After", "10")])
        #expect(state.record.requests(at: .graphSend).map(\.status) == [429])
        state.traffic.endRequest(try #require(lanes[0]))
        #expect(throws: Never.self) { try state.enter(visit, now: Contoso.start).get() }
    }

    @Test func graphCountsTenMinutes() throws {
        var habits = Habits.microsoft
        (habits.graphRequestsAtOnce, habits.graphRequestsPerTenMinutes) = (nil, 2)
        var state = Contoso.state(habits)
        let visit = visit(&state)
        for _ in 0..<2 { _ = try state.enter(visit, now: Contoso.start).get() }
        #expect(throws: ProviderState.Crowded.self) { try state.enter(visit, now: Contoso.start + 599).get() }
        #expect(throws: Never.self) { try state.enter(visit, now: Contoso.start + 600).get() }
    }
}
