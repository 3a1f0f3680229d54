import Mail
import Relay
import Testing

/// What a person is asked for: what sends, one time for every way of it, and reading where the mailboxes behind the grant want it.
struct ConsentPurposeTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let mailboxes: [(transports: [Transport], isRead: Bool)]
        let resources: [TokenResource]

        init(_ name: String, _ mailboxes: [([Transport], Bool)], _ resources: [TokenResource]) {
            testDescription = name
            self.mailboxes = mailboxes
            self.resources = resources
        }
    }

    private static let cases = [
        Case("no mailbox yet", [], [.smtp, .graph]),
        Case("sends", [([.smtp], false)], [.smtp, .graph]),
        Case("sends and is read", [([.smtp], true)], [.smtp, .imap, .graph]),
        Case("what sends is asked for first", [([.graph], true)], [.graph, .imap, .smtp]),
        Case("two mailboxes, one of which is read", [([.graph], false), ([.smtp], true)], [.smtp, .graph, .imap]),
    ]

    @Test(arguments: cases) func asksForWhatIsNeeded(_ example: Case) throws {
        let purpose = try Self.purpose(example.mailboxes)
        #expect(purpose.resources == example.resources)
    }

    /// Where reading is not wanted, nobody is asked for it; steps for an administrator say the same.
    @Test(arguments: [false, true]) func readingIsAskedForOnlyWhereItIsWanted(_ isRead: Bool) throws {
        let purpose = try Self.purpose([([.smtp], isRead)])
        let steps = ProviderSteps.registration(
            purpose.source.application, purpose.source.provider, grants: [purpose.source.grant], for: purpose.resources,
            redirectURI: "https://mandate.example/OAuth2/app")
        #expect(
            steps.joined().contains(
                "SMTP.Send and \(isRead ? "IMAP.AccessAsUser.All and " : "")Mail.Send and Mail.Send.Shared of Microsoft Graph"))
    }

    @Test func stepsNameEachAPI() throws {
        let purpose = try Self.purpose([([.graph, .smtp], true)])
        let grant = Grant(id: GrantID(trusted: "all"), name: "All", kind: .appOnly, application: purpose.source.application.id)
        let steps = ProviderSteps.registration(
            purpose.source.application, purpose.source.provider, grants: [grant], for: purpose.resources, redirectURI: "")
        #expect(
            steps.joined().contains(
                "SMTP.SendAsApp and IMAP.AccessAsApp of Office 365 Exchange Online, Mail.Send of Microsoft Graph"))
    }

    private static func purpose(_ mailboxes: [([Transport], Bool)]) throws -> ConsentPurpose {
        let application = Application(
            id: ApplicationID(trusted: "app"), name: "Tracker", provider: Provider.microsoft.id, tenant: "t-1", clientID: "c-1")
        let grant = Grant(id: GrantID(trusted: "ann"), name: "Ann", kind: .consent, application: application.id)
        var entities: [DirectoryEntity] = [.provider(.microsoft), .application(application), .grant(grant)]
        for (number, mailbox) in mailboxes.enumerated() {
            entities.append(
                .mailbox(
                    Mailbox(
                        id: MailboxID(trusted: "box-\(number)"), address: try EmailAddress("box\(number)@example.org"), grant: grant.id,
                        transports: mailbox.0, isRead: mailbox.1)))
        }
        return try #require(ConsentPurpose(grant.id, in: Directory(entities)))
    }
}
