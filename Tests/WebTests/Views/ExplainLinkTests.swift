import Mail
import Relay
import TestSupport
import Testing

@testable import Console
@testable import Web

/// The ways that lead to *Explain*: each brings what the row knows, so that the page explains what was seen there.
struct ExplainLinkTests {
    @Test func aLinkSaysAllThatIsKnown() {
        #expect(ExplainView.href("a+b@example.org") == "/explain?address=a%2Bb%40example.org")
        #expect(
            ExplainView.href(nil, purpose: .adHoc, user: UserID(trusted: "u 1"), client: ClientID(trusted: "c"))
                == "/explain?purpose=ad-hoc&user=u%201&client=c")
        #expect(ExplainView.href(nil) == "/explain")
    }

    @Test func anUnauthorizedAddressIsAskedAboutAsItIsUsed() throws {
        let lost = FakeCompany.address("lost@elsewhere.example")
        let more: [DirectoryEntity] = [
            .setting(SettingKey(.emailAdministratorUserID), "ghost"),
            .user(User(id: UserID(trusted: "u-dora"), name: "Dora", addresses: [UserAddress(FakeCompany.dora)])),
            .client(
                Client(
                    id: ClientID(trusted: "scanner"), name: "scanner", credential: .key(sha256: Array(repeating: 2, count: 32)),
                    authorIfUnusable: lost)),
        ]
        let report = UnauthorizedReport(
            directory: Directory(FakeCompany.entities() + more), conditions: Conditions(), sightings: [], now: Samples.start)
        func asking(_ address: String) throws -> UnauthorizedRow.Asking {
            try #require(report.rows.first { $0.address == address }, "\(report.rows.map(\.address))").asking
        }
        let ghost = try asking("ghost")
        #expect(ghost.address == nil && ghost.purpose == .administrator)
        let dora = try asking("dora@example.org")
        #expect(dora.address == FakeCompany.dora && dora.user == UserID(trusted: "u-dora") && dora.purpose == nil)
        #expect(try asking("lost@elsewhere.example").client == ClientID(trusted: "scanner"))
    }
}
