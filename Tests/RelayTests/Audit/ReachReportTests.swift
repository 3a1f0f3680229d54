import Mail
import TestSupport
import Testing

@testable import Relay

/// What a grant could do in the wrong hands, beside what it is for.
struct ReachReportTests {
    @Test func aGrantThatOpensEveryMailboxIsToldWhatItNeeds() throws {
        var provider = Provider.microsoft
        provider.smtp = nil
        let application = Application(
            id: ApplicationID(trusted: "app"), name: "app", provider: provider.id, tenant: "t", clientID: "1",
            domains: [try Domain("example.org")])
        let grant = Grant(id: GrantID(trusted: "g"), name: "g", kind: .appOnly, application: application.id)
        let users = try (0..<5).map {
            User(id: UserID(trusted: "u\($0)"), name: "", addresses: [UserAddress(try EmailAddress("u\($0)@example.org"))])
        }
        let family = Family(
            id: FamilyID(trusted: "f"), name: "f", members: [try AddressPattern("a@example.org"), try AddressPattern("b@example.org")],
            grant: grant.id)
        let mailbox = Mailbox(id: MailboxID(trusted: "m"), address: try EmailAddress("m@example.org"), grant: grant.id)
        let directory = Directory(
            [.provider(provider), .application(application), .grant(grant), .family(family), .mailbox(mailbox)] + users.map { .user($0) })
        let row = try #require(ReachReport(directory).rows.first)
        #expect(row.name == "g" && row.couldCount == 5 && row.needs == 3)
        #expect(
            row.could.contains("tenant t") && row.remedy.lines.contains { $0.contains("-App '1'") && $0.contains("CustomResourceScope") })
    }

    @Test func aMailboxForManyOrForADomainIsListedAndATeamsIsNot() throws {
        func rows(_ patterns: [String]) throws -> [ReachReport.Row] {
            let rights = try patterns.enumerated().map { number, pattern in
                DirectoryEntity.delegation(
                    Delegation(
                        id: DelegationID(trusted: "d\(number)"), mailbox: MailboxID(trusted: "desk"), covers: try AddressPattern(pattern),
                        kind: .sendAs, grantedBy: "root", grantedAt: Samples.start))
            }
            let company = FakeCompany.entities().filter { $0.kind != .delegation }
            return ReachReport(Directory(company + rights)).rows.filter { $0.key.kind == .mailbox }
        }
        #expect(try rows((0..<20).map { "x\($0)@example.org" }).isEmpty)
        #expect(try rows((0..<21).map { "x\($0)@example.org" }).first?.couldCount == 21)
        #expect(try rows(["@example.org"]).first?.could.contains("@example.org") == true)
    }
}
