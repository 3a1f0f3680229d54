import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// Why a message did not go the way its author would have first, kept with each attempt.
@Suite(.timeLimit(.minutes(20)))
struct ReasonsTests {
    private static let graph = Mailbox(
        id: MailboxID(trusted: "ann"), address: FakeCompany.ann, login: "ann-login", grant: FakeCompany.appOnly, transports: [.graph])

    /// Ann's mailbox sends over Graph alone, which sends to whom the header names, and nobody else may send as her.
    private func decider() -> Decider {
        var provider = FakeCompany.provider
        provider.apis = [.graph: "https://graph.example/v1.0"]
        let kept = FakeCompany.entities().filter { entity in
            switch entity {
            case .mailbox(let mailbox): mailbox.address != FakeCompany.ann
            case .delegation, .provider: false
            default: true
            }
        }
        return Decider(
            directory: Directory([.provider(provider), .mailbox(Self.graph)] + kept), conditions: Conditions(),
            transports: Set(Transport.allCases))
    }

    private func question(needsEnvelope: Bool) -> Question {
        Question(
            from: .authors(Author(NamedAddress(address: FakeCompany.ann))), at: Date(timeIntervalSince1970: 1_800_000_000),
            needsEnvelope: needsEnvelope)
    }

    @Test func aQuestionThatKnowsTheRecipientsIsAnsweredForThem() {
        for (needsEnvelope, route) in [(false, Route.own), (true, .replyTo)] {
            guard case .decided(let decision) = decider().decide(question(needsEnvelope: needsEnvelope)) else {
                return #expect(Bool(false), "nothing was decided")
            }
            #expect(decision.route == route)
            #expect(decision.explanation.reasons.isEmpty != needsEnvelope)
        }
    }

    @Test func reasonsNameNobody() throws {
        let answer = decider().decide(question(needsEnvelope: true))
        #expect(
            answer.explanation.reasons == [
                "own: graph sends to everyone whom the header names: they are too many, or some of them are not to get it"
            ])
        let deny = Deny(
            id: DenyID(trusted: "deny-1"), mailbox: MailboxID(trusted: "ann"), covers: .address(FakeCompany.ann),
            reason: "ask bob@example.org")
        let denied = Decider(directory: Directory(FakeCompany.entities() + [.deny(deny)]), conditions: Conditions())
        for reason in denied.decide(question(needsEnvelope: false)).explanation.reasons { #expect(!reason.contains("@"), "\(reason)") }
    }

    @Test func theJournalKeepsThemWithTheAttempt() async throws {
        let service = try await FakeService()
        try await service.accept("m", from: FakeCompany.dora)
        let settlement = try #require(try await service.attempt())
        #expect(try settlement.facts("route") == ["reply-to"])
        #expect(try settlement.facts("passed-over") == ["nobody may send as the author"])
        try await service.accept("n")
        let own = try #require(try await service.attempt())
        #expect(try own.facts("passed-over") == [], "nothing stood in its way")
    }
}
