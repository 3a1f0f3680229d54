import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// What stops an account is seen from its row, also where that is a family's, and ends with what works or a person's word.
struct TroublesTests {
    private static let family = Family(
        id: FamilyID(trusted: "staff"), name: "staff", members: [.domain(FakeCompany.ann.domain)], grant: FakeCompany.appOnly,
        transports: [.smtp])
    private static let fay: Account = "fay@example.org"

    private func snapshot(_ observations: [Observation]) -> Snapshot {
        let user = User(
            id: UserID(trusted: "gus"), name: "Gus", login: "gus-login", addresses: [UserAddress(FakeCompany.address("gus@example.org"))])
        return Snapshot(
            directory: Directory(FakeCompany.entities() + [.family(Self.family), .user(user)]), conditions: Conditions(observations))
    }

    private func stop(_ account: Account, _ transport: Transport?, until seconds: Double = 3600) -> Observation {
        .mailbox(account, over: transport, .stopped(until: Samples.time(seconds), reason: "403", failures: 1))
    }

    private func health(_ snapshot: Snapshot, of family: Family = family) -> Health {
        let used = [FakeCompany.appOnly: GrantUse(consentedAt: nil, usedAt: Samples.start)]
        return HealthReport(snapshot.directory, snapshot.conditions, uses: used, at: Samples.start).health(of: family)
    }

    /// One address, which need not even exist, says nothing of the others.
    @Test func aFamilyShowsItsStoppedAddressAndIsNotStopped() {
        let health = health(snapshot([stop(Self.fay, .smtp), stop("gus-login", nil)]))
        #expect(health.state == .impaired && health.needsSomeone)
        #expect(health.reason.hasPrefix("2 of its addresses cannot be used: fay@example.org, and 1 more: stopped: smtp until"))
        #expect(health.canResume && health.steps.contains { $0.hasPrefix("mandate mailboxes resume staff") })
    }

    @Test func aFamilyOfSingleAddressesSaysHowManyThereAre() {
        var family = Self.family
        family.members = [.address(FakeCompany.address("fay@example.org")), .address(FakeCompany.address("gus@example.org"))]
        let one = health(snapshot([stop(Self.fay, nil)]), of: family)
        #expect(one.state == .impaired && one.reason.hasPrefix("1 of 2 addresses cannot be used: fay@example.org: stopped: until"))
        #expect(health(snapshot([stop(Self.fay, nil), stop("gus-login", nil)]), of: family).state == .stopped)
    }

    /// What ails them all is not told as one's.
    @Test func aFamilyWithoutAConsentIsNotImpaired() {
        let needsConsent = Observation.grant(FakeCompany.appOnly, .needsConsent(since: Samples.start, reason: "invalid_grant"))
        #expect(health(snapshot([needsConsent, stop(Self.fay, nil)])).state == .needsConsent)
    }

    @Test func whatNothingStopsCannotBeResumed() {
        #expect(!health(snapshot([])).canResume)
        let needsConsent = Observation.grant(FakeCompany.appOnly, .needsConsent(since: Samples.start, reason: "invalid_grant"))
        #expect(!health(snapshot([needsConsent])).canResume)
    }

    @Test func aStopThatIsOverIsNoTrouble() {
        #expect(snapshot([stop(Self.fay, .graph, until: 0)]).troubles(of: .family(Self.family.id), at: Samples.start).isEmpty)
    }

    @Test func resumingOneTransportLeavesTheOthers() {
        let snapshot = snapshot([stop("ann-login", .graph), stop("ann-login", .smtp), stop("desk-login", .graph)])
        let row = ConcreteMailbox.Row.mailbox(MailboxID(trusted: "ann"))
        #expect(snapshot.resuming(row, over: .graph, at: Samples.start) == [.mailbox("ann-login", over: .graph, nil)])
        #expect(snapshot.resuming(row, at: Samples.start).count == 2)
        #expect(snapshot.resuming(.family(Self.family.id), at: Samples.start).isEmpty)
    }

    @Test func whatLeftLiftsThatWayAndTheMailbox() {
        let conditions = snapshot([stop("ann-login", nil), stop("ann-login", .graph), stop("ann-login", .smtp)]).conditions
        #expect(
            conditions.lifting("ann-login", over: .graph) == [
                .mailbox("ann-login", over: nil, nil), .mailbox("ann-login", over: .graph, nil),
            ])
    }
}
