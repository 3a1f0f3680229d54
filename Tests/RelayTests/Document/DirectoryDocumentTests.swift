import Foundation
import Mail
import Relay
import TestSupport
import Testing
import Yams

/// The directory file: what it says is what is meant, there and back, and every mistake is named with its place.
struct DirectoryDocumentTests {
    private static func read(_ yaml: String) throws -> DirectoryDocument { try DirectoryDocument(DocumentValue(yaml: yaml)) }

    private static func company() throws -> DirectoryDocument {
        try read(String(decoding: Data(contentsOf: FixtureFolder.fixtures.appending(path: "decide/company.yaml")), as: UTF8.self))
    }

    /// A little of everything, with every value that is not usual.
    private static let full = """
        settings: {EMAIL_FROM_USER_ID: "007", mode.ad-hoc: reply-to, intake: intake@example.org, reply: both, original-from: on}
        users:
          - {id: 007, name: James, login: j@corp.example, addresses: [j@example.org, {address: bond@example.org, on: no}]}
        providers:
          - {id: microsoft, smtp: {host: smtp.example.org, port: 2587, security: starttls}, trusted_certificates: "-----BEGIN"}
          - {id: house, kind: custom, token_endpoint: "https://sso.example.org/t", habits: {takes_null_sender: true, propagation_seconds: 60}}
        applications:
          - {id: app-1, name: tracker, provider: microsoft, tenant: t.example, client_id: c, secret_expires: 2027-01-31, domains: [example.org]}
        grants:
          - {id: g-1, name: staff, kind: app-only, application: tracker}
          - {name: person, kind: consent, application: app-1, principal: p@example.org, enabled: false}
        mailboxes:
          - {id: m-1, address: one@example.org, login: other@corp.example, grant: person, transports: [graph, smtp], enabled: false}
          - {address: Two@example.org, grant: g-1}
        families:
          - {id: f-1, name: all of them, members: ["@staff.example.org", x@example.org], grant: staff}
        delegations:
          - {mailbox: m-1, covers: a@example.org, kind: send-as}
          - {id: d-2, mailbox: TWO@example.org, covers: "@example.org", kind: on-behalf, priority: 5, valid_from: 2026-01-01T10:00:00Z,
             valid_until: 2026-12-31T23:59:59.5Z, granted_by: ann, granted_at: 2026-01-01, reason: "two\\nlines", allows_unaligned: true}
        deny:
          - {mailbox: "*", covers: "*", reason: closed}
          - {mailbox: one@example.org, covers: "@example.org"}
        clients:
          - {id: c-1, name: batch, key_sha256: 00000000000000000000000000000000000000000000000000000000000000ff, default_purpose: ad-hoc, default_user: u-1, strict: true,
             quota: {messages_per_hour: 5, queued_octets: 1000000}}
          - {name: printer, network: "2001:db8::/32", limits: {purposes: [ad-hoc, notification], addresses: ["*"]}, enabled: false,
             author_if_unusable: x@example.org, notice_address: y@example.org}
          - {name: cron, uid: 0}
        """

    @Test func everySectionComesBackAsItWas() throws {
        let directory = try Self.read(Self.full).directory
        let written = DirectoryDocument(directory)
        let yaml = try YAMLEncoder().encode(written.value)
        let again = try Self.read(yaml)
        #expect(DirectoryDocument(again.directory).entities == written.entities, "\(yaml)")
        #expect(written.entities.count == Set(written.entities.map(\.key)).count)
        #expect(written.entities.count == 5 + 1 + 6 + 1 + 2 + 2 + 1 + 2 + 2 + 3)
    }

    @Test func theCompanyComesBackAsItWas() throws {
        let written = DirectoryDocument(try Self.company().directory)
        #expect(try DirectoryDocument(written.value).entities.sorted(by: Self.byKey) == written.entities.sorted(by: Self.byKey))
    }

    @Test func jsonSaysTheSameAsYAML() throws {
        let value = DirectoryDocument(try Self.read(Self.full).directory).value
        let json = try JSONEncoder().encode(value)
        let again = try DirectoryDocument(JSONDecoder().decode(DocumentValue.self, from: json))
        #expect(DirectoryDocument(again.directory).entities == DirectoryDocument(try Self.read(Self.full).directory).entities)
    }

    @Test func writingTwiceGivesTheSameText() throws {
        let directory = try Self.read(Self.full).directory
        let shuffled = Directory(DirectoryDocument(directory).entities.shuffled())
        #expect(try YAMLEncoder().encode(DirectoryDocument(directory).value) == YAMLEncoder().encode(DirectoryDocument(shuffled).value))
    }

    @Test func referencesAreWrittenAsPeopleWould() throws {
        let value = DirectoryDocument(try Self.read(Self.full).directory).value
        guard case .list(let delegations) = value["delegations"] else { Issue.record("no delegations"); return }
        #expect(delegations.contains { $0["id"] == .text("d-2") && $0["mailbox"] == .text("two@example.org") })
        guard case .list(let grants) = value["grants"] else { Issue.record("no grants"); return }
        #expect(grants.allSatisfy { $0["application"] == .text("tracker") })
    }

    @Test func whatWasObservedIsNeverExported() throws {
        let yaml =
            Self.full + """

                observed:
                  standings: [{mailbox: one@example.org, from: a@example.org, standing: denied, at: 2026-11-01, code: 5.7.60}]
                  health: [{state: suspended, application: tracker}]
                """
        let document = try Self.read(yaml)
        #expect(document.observations.count == 2)
        #expect(document.conditions.allStandings.map(\.key.login) == ["other@corp.example"])
        #expect(document.value["observed"] == nil)
    }

    @Test func whoGrantedAndWhenCanComeFromOutside() throws {
        let now = DecideCase.usualTime
        let document = try DirectoryDocument(
            DocumentValue(yaml: Self.full), usual: DirectoryDocument.Usual(grantedBy: "dora", grantedAt: now))
        let delegations = document.entities.compactMap { if case .delegation(let delegation) = $0 { delegation } else { nil } }
        #expect(delegations.map(\.grantedBy) == ["dora", "ann"])
        #expect(delegations.first?.grantedAt == now)
    }

    @Test func anEmptyFileIsADirectoryOfNothing() throws {
        #expect(try Self.read("{}").entities == Provider.builtIn.sorted { $0.id < $1.id }.map { .provider($0) })
        #expect(try Self.read("settings:\nusers:\n").entities.count == Provider.builtIn.count)
    }

    private static func byKey(_ left: DirectoryEntity, _ right: DirectoryEntity) -> Bool { left.key.description < right.key.description }
}
