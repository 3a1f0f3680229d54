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

    @Test func aFamilyShowsItsStoppedAddress() {
        let snapshot = snapshot([stop(Self.fay, .smtp), stop("gus-login", nil)])
        let used = [FakeCompany.appOnly: GrantUse(consentedAt: nil, usedAt: Samples.start)]
        let health = HealthReport(snapshot.directory, snapshot.conditions, uses: used, at: Samples.start).health(of: Self.family)
        #expect(health.state == .stopped)
        #expect(health.reason.hasPrefix("fay@example.org, and 1 more: smtp until"))
        #expect(health.steps.contains { $0.hasPrefix("mandate mailboxes resume staff") })
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
