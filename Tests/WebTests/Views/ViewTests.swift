import Foundation
import Mail
import Relay
import TestSupport
import Testing

@testable import Console
@testable import Web

/// Pages as their views make them, of a small company: what a template is given is what it is tested with, and what a page says is so.
struct ViewTests {
    private static let now = Samples.start
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "../../../Fixtures/console"
    ).standardized
    /// What the frame of every page brings.
    private static let frame: Set<String> = [
        "base", "title", "csrf", "user", "role", "can_change", "nav", "version", "refresh", "notice", "staging",
    ]

    private static func snapshot(_ more: [DirectoryEntity] = []) -> Snapshot {
        Snapshot(directory: Directory(FakeCompany.entities() + more), conditions: Conditions())
    }

    private static func health(_ snapshot: Snapshot) -> HealthReport {
        HealthReport(snapshot.directory, snapshot.conditions, uses: [:], at: now)
    }

    private static func mailbox(_ id: String, _ snapshot: Snapshot, _ entries: [JournalRow] = []) throws -> DocumentValue {
        MailboxFacts(
            mailbox: try #require(snapshot.directory.mailbox(MailboxID(trusted: id))), snapshot: snapshot, health: health(snapshot),
            usage: Usage(of: Account(provider: FakeCompany.provider.id, login: "desk-login"), messages: 3, recipients: 1200),
            entries: entries, now: now
        ).document
    }

    private static func client(_ client: Client, _ snapshot: Snapshot) -> DocumentValue {
        ClientFacts(client: client, snapshot: snapshot, isOneself: false, now: now).document
    }

    private static let mailer = Client(
        id: ClientID(trusted: "mailer"), name: "batch mailer", credential: .key(sha256: Array(repeating: 1, count: 32)),
        limits: .init(addresses: [.address(FakeCompany.ann), .address(FakeCompany.dora)]),
        tokenRights: [.init(.mailbox(MailboxID(trusted: "desk")), coversWholeGrant: true)])

    private static func page(_ template: String, _ values: DocumentValue) -> String {
        let frame: DocumentValue = [
            "base": "/instance", "title": "A page", "csrf": "c5f", "user": "ann", "role": "administrator", "can_change": true, "nav": [],
        ]
        guard case .map(let entries) = frame else { return "" }
        return PageLibrary.shared.render(template, values.adding(entries))
    }

    private static func keys(_ value: DocumentValue) -> Set<String> {
        if case .map(let entries) = value { Set(entries.map(\.key)) } else { [] }
    }

    /// A fixture that has another key than the view would test a page that nobody sees.
    @Test func theFixturesHaveTheKeysOfTheViews() throws {
        let snapshot = Self.snapshot()
        let provider = ProviderFacts(
            provider: FakeCompany.provider, directory: snapshot.directory, health: Self.health(snapshot), now: Self.now)
        let list = MailboxList(snapshot.directory, text: nil, grant: nil)
        let views: [(String, DocumentValue)] = [
            ("mailbox", try Self.mailbox("desk", snapshot)), ("family", Self.family(snapshot)),
            ("client", Self.client(Self.mailer, snapshot)),
            ("provider", provider.document),
            ("mailboxes", list.document(after: nil) { _ in .null }), ("deny", RightForm([:], [:]).document(snapshot.directory)),
        ]
        for (name, view) in views {
            let bytes = Array(try Data(contentsOf: Self.folder.appendingPathComponent("\(name).json")))
            #expect(Self.keys(try JSONReader.value(bytes)).subtracting(Self.frame) == Self.keys(view), "\(name).json")
        }
    }

    @Test func aMailboxHasAPageWithAllThatIsDoneWithIt() throws {
        let page = Self.page("mailbox", try Self.mailbox("desk", Self.snapshot([.client(Self.mailer)])))
        for words in [
            "desk-login", "ann@example.org", "send-as", "href=\"/instance/tokens#grant-all\"", "href=\"/instance/providers/house\"",
            "href=\"/instance/applications/app\"", "href=\"/instance/delegations/new?mailbox=desk%40example.org\"",
            "formaction=\"/instance/delegations/desk-ann/revoke\"", "name=\"next\" value=\"/mailboxes/desk\"",
            "action=\"/instance/mailboxes/desk/check\"", "3 messages to 1,200 recipients", "href=\"/instance/clients/mailer\"",
            "href=\"/instance/sent?mailbox=desk-login\"",
        ] { #expect(page.contains(words), "\(words)") }
        #expect(!page.contains("carol"), "what others may do stands on their own pages")
    }

    private static let staff = Family(
        id: FamilyID(trusted: "staff"), name: "everyone", members: [.address(FakeCompany.dora), .domain(FakeCompany.ann.domain)],
        grant: FakeCompany.appOnly)

    private static func family(_ snapshot: Snapshot) -> DocumentValue {
        FamilyFacts(family: staff, snapshot: snapshot, health: health(snapshot), now: now).document
    }

    @Test func aFamilyHasAPageWithItsMembersAndWhoUsesIt() throws {
        var client = Self.mailer
        client.tokenRights = [.init(.family(Self.staff.id), coversWholeGrant: true)]
        let snapshot = Self.snapshot([.family(Self.staff), .client(client)])
        let page = Self.page("family", Self.family(snapshot))
        for words in [
            "dora@example.org", "@example.org", "href=\"/instance/tokens#grant-all\"", "href=\"/instance/providers/house\"",
            "href=\"/instance/clients/mailer\"", "<a href=\"/instance/users/u-ann\">Ann</a>", "mandate mailboxes show everyone",
        ] { #expect(page.contains(words), "\(words)") }
        let clients = Self.page("client", Self.client(client, snapshot))
        #expect(clients.contains("<a href=\"/instance/families/staff\">everyone (family)</a>"))
        let list = MailboxList(snapshot.directory, text: "EVERY", grant: nil)
        #expect(list.mailboxes.isEmpty)
        #expect(
            Self.page("mailboxes", list.document(after: nil) { _ in .null }).contains("<a href=\"/instance/families/staff\">everyone</a>"))
    }

    /// The decider's word, not the directory's: a mailbox that is switched on may be unable to send.
    @Test func aMailboxesStateIsTheDecidersOwn() throws {
        let snapshot = Snapshot(
            directory: Directory(FakeCompany.entities()),
            conditions: Conditions([.grant(FakeCompany.consent, .needsConsent(since: Self.now, reason: "withdrawn"))]))
        let page = Self.page("mailbox", try Self.mailbox("carol", snapshot))
        #expect(page.contains("<span class=\"badge wait\">later</span>"), "\(page)")
        #expect(page.contains("needs-consent"))
    }

    @Test func aClientHasAPageThatSaysWhatBecomesOfItsMail() throws {
        let page = Self.page("client", Self.client(Self.mailer, Self.snapshot()))
        for words in [
            "href=\"/instance/mailboxes/desk\"", "opens the whole grant", "ann@example.org", "dora@example.org", "badge good\">usable",
            "formaction=\"/instance/clients/mailer/key\"",
        ] { #expect(page.contains(words), "\(words)") }
        var free = Self.mailer
        free.limits = .init()
        #expect(Self.page("client", Self.client(free, Self.snapshot())).contains("It has no limits"))
    }

    /// As the client is, and after a refusal as it was typed, with the sentence at the very line.
    @Test func aClientsRightsAreChangedOnItsPage() throws {
        let snapshot = Self.snapshot()
        let page = Self.page("client", Self.client(Self.mailer, snapshot))
        for words in [
            "action=\"/instance/clients/mailer/roles\"", "action=\"/instance/clients/mailer/limits\"",
            "action=\"/instance/clients/mailer/tokens\"", "name=\"role\" value=\"sender\" checked",
            ">ann@example.org\ndora@example.org</textarea>",
            "name=\"token_1\" value=\"desk@example.org\"", "name=\"whole_1\" value=\"yes\" checked", "name=\"token_3\"",
        ] { #expect(page.contains(words), "\(words)") }
        var forms = ClientForms(Self.mailer, snapshot.directory)
        let typed = Form(fields: [("token_1", ""), ("token_2", "carol@example.org"), ("of_3", "family"), ("token_3", "nowhere")])
        #expect(
            try forms.takeTokens(typed).first?.value == [
                ["mailbox": "carol@example.org", "whole_grant": false], ["family": "nowhere", "whole_grant": false],
            ])
        forms.note(AdministrationRefusal(.unknownName, "there is no family nowhere", at: "tokens[1].family"))
        let facts = ClientFacts(client: Self.mailer, snapshot: snapshot, isOneself: false, now: Self.now, forms: forms)
        #expect(Self.page("client", facts.document).contains("id=\"token_3-error\">There is no family nowhere.<"))
        var person = Self.mailer
        (person.roles, person.tokenRights) = ([.auditor], [])
        #expect(!Self.page("client", Self.client(person, snapshot)).contains("/tokens\""), "who sends nothing has no tokens")
    }

    @Test func aProviderHasAPageWithItsEndpointsAndApplications() throws {
        let snapshot = Self.snapshot()
        let facts = ProviderFacts(
            provider: FakeCompany.provider, directory: snapshot.directory, health: Self.health(snapshot), now: Self.now)
        let page = Self.page("provider", facts.document)
        for words in [
            "smtp.example:587, STARTTLS", "https://id.example/{tenant}/token", "href=\"/instance/applications/app\"", "up to 2 h",
        ] {
            #expect(page.contains(words), "\(words)")
        }
    }

    /// Page by page, each mailbox once, back and forth.
    @Test func everyMailboxOfAGrantIsReached() throws {
        let more = try (0..<250).map { number in
            DirectoryEntity.mailbox(
                Mailbox(
                    id: MailboxID(trusted: "m\(number)"), address: try EmailAddress("box\(number)@example.org"), grant: FakeCompany.appOnly)
            )
        }
        let list = MailboxList(Self.snapshot(more).directory, text: nil, grant: FakeCompany.appOnly)
        var seen: [String] = []
        var cursor: String?
        for _ in 0..<3 {
            let document = list.document(after: cursor) { _ in .null }
            guard case .list(let rows)? = document["rows"] else { break }
            seen += rows.compactMap { if case .text(let address)? = $0["address"] { address } else { nil } }
            guard case .text(let next)? = document["pager"]?["next"] else { break }
            #expect(next.contains("grant=all"))
            cursor = next.components(separatedBy: "after=").last
        }
        #expect(seen.count == 252)
        #expect(Set(seen).count == 252)
        #expect(!seen.contains("carol@example.org"))
        #expect(MailboxList(Self.snapshot(more).directory, text: "BOX24", grant: nil).mailboxes.count == 11)
    }

    private static func row(_ entry: JournalEntry) -> JournalRow {
        JournalRow(position: JournalPosition(strand: "main", number: 7), entry: entry, personalDigest: [], salt: [1], mac: [])
    }

    @Test func whatWasSentIsWhoseToWhomAndThroughWhat() throws {
        let facts: [JournalEntry.Fact] = [
            .init("route", "send-as"), .init("transport", "smtp"), .init("recipient", "sent 250 2.0.0"),
            .init("recipient", "refused 550 5.1.1"),
        ]
        let people: [JournalEntry.Personal] = [
            .init(.author, "ann@example.org"), .init(.from, "ann@example.org"), .init(.mailbox, "desk-login"),
            .init(.recipient, "rob@example.com"), .init(.recipient, "nobody@example.com"),
        ]
        let sent = JournalEntry(at: Self.now, kind: .attempted, message: Samples.id("s-1"), facts: facts, personal: people)
        let document = try #require(SentMessage(Self.row(sent))).document(Self.snapshot().directory, at: Self.now)
        #expect(document["recipients"] == .text("rob@example.com"))
        #expect(document["partly"] == .text("1 of 2 recipients"))
        #expect(document["mailbox_href"] == .text("/mailboxes/desk"))
        #expect(document["message"]?["href"] == .text("/queue/s-1"))
        #expect(document["from"] == .null, "it is the author's own")
        let refused = JournalEntry(at: Self.now, kind: .attempted, facts: [.init("recipient", "refused 550")], personal: people)
        #expect(SentMessage(Self.row(refused)) == nil)
        #expect(SentMessage(Self.row(JournalEntry(at: Self.now, kind: .accepted, facts: facts))) == nil)
    }
}
