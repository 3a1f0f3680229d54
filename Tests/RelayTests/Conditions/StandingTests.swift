import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// A right that takes its time, and a proof that does not last for ever.
struct StandingTests {
    private let denied = Samples.start

    private func pending(_ probes: Int) -> Standing { .pending(until: Samples.time(7200), deniedAt: denied, probes: probes) }

    @Test func fourProbesAndThenItIsDenied() {
        var standing = pending(0)
        for minutes in [15.0, 30, 60, 120] {
            #expect(standing.nextProbe == denied.addingTimeInterval(minutes * 60))
            let at = denied.addingTimeInterval(minutes * 60)
            standing = standing.probed(.denied(code: "554 5.2.252"), isOwn: false, at: at)
        }
        #expect(standing == .denied(at: denied.addingTimeInterval(7200), code: "554 5.2.252"))
        #expect(standing.nextProbe == nil)
    }

    @Test func whatCouldNotBeAskedCountsForNothing() {
        let at = Samples.time(9)
        #expect(pending(2).probed(.unknown(why: "timeout"), isOwn: false, at: at) == pending(2))
        #expect(pending(3).probed(.proven(how: "it went"), isOwn: false, at: at) == .proven(at: at, how: "it went"))
        #expect(Standing.declared.probed(.denied(code: "x"), isOwn: false, at: at) == .denied(at: at, code: "x"))
    }

    /// Refused by a probe of a person's own before the provider has had its time.
    @Test func aPendingRightStaysPending() {
        let fresh = Standing.pending(until: Samples.time(7200), deniedAt: nil)
        #expect(
            fresh.probed(.denied(code: "x"), isOwn: false, at: Samples.time(9))
                == .pending(until: Samples.time(7200), deniedAt: Samples.time(9)))
    }

    @Test func whatWasReadBackCountsAndATakenMessageWhereThatProves() {
        let at = Samples.time(9)
        #expect(
            Standing.declared.probed(.rewritten(to: "ann@x.example"), isOwn: true, at: at) == .rewritten(at: at, to: "ann@x.example"))
        #expect(
            pending(1).probed(.taken(isProof: true, unread: "no IMAP"), isOwn: false, at: at)
                == .proven(at: at, how: "a test message was taken"))
        #expect(pending(1).probed(.taken(isProof: false, unread: "no IMAP"), isOwn: false, at: at) == pending(1))
    }

    @Test func nobodyProbesWhatWasNotRefused() {
        #expect(Standing.pending(until: Samples.time(1), deniedAt: nil).nextProbe == nil)
        #expect(Standing.proven(at: Samples.start, how: "x").nextProbe == nil)
    }

    private func route(_ standing: Standing, after seconds: Double) throws -> String? {
        let key = StandingKey("ann-login", from: FakeCompany.ann, transport: .smtp)
        let decider = Decider(
            directory: Directory(FakeCompany.entities()), conditions: Conditions([.standing(key, standing)]), transports: [.smtp])
        let question = Question(
            purpose: nil, user: nil, from: .authors(Author(NamedAddress(address: FakeCompany.ann))), envelopeSender: nil, client: nil,
            at: denied.addingTimeInterval(seconds))
        guard case .decided(let decision) = decider.decide(question) else { return nil }
        return decision.mailbox.login
    }

    /// Mail takes another route while probes are due, and finds out by itself where nobody makes them.
    @Test func mailLeavesAPendingPairAlone() throws {
        #expect(try route(pending(0), after: 60) == "desk-login")
        #expect(try route(pending(0), after: 7_500) == "desk-login")
        #expect(try route(pending(0), after: 8_000) == "ann-login")
    }

    /// Between two mailboxes of equal rank the proven one is taken, while its proof is fresh.
    @Test func proofsAge() {
        let proof = Standing.proven(at: Samples.start, how: "x")
        #expect(proof.isFreshProof(at: Samples.time(89 * 86_400)))
        #expect(!proof.isFreshProof(at: Samples.time(91 * 86_400)))
    }
}

extension Standing {
    /// As deciding sees it: a From that the provider would replace unless it is proven.
    fileprivate func isFreshProof(at now: Date) -> Bool {
        var provider = FakeCompany.provider
        provider.habits.replacesUnlistedFrom = true
        let key = StandingKey("desk-login", from: FakeCompany.ann, transport: .smtp)
        let entities = FakeCompany.entities().filter { $0.key != EntityKey(.mailbox, "ann") } + [.provider(provider)]
        let decider = Decider(directory: Directory(entities), conditions: Conditions([.standing(key, self)]), transports: [.smtp])
        let question = Question(
            purpose: nil, user: nil, from: .authors(Author(NamedAddress(address: FakeCompany.ann))), envelopeSender: nil, client: nil,
            at: now)
        guard case .decided(let decision) = decider.decide(question) else { return false }
        return decision.route == .sendAs
    }
}
