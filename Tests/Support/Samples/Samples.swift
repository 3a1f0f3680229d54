internal import Mail
package import Relay
package import struct FoundationEssentials.Date

/// Small, valid values for tests: who, when, and what was sent.
package enum Samples {
    /// 15 January 2027, 8:00 UTC, on a whole hour.
    package static let start = Date(timeIntervalSince1970: 1_800_000_000)
    package static func time(_ seconds: Double) -> Date { start.addingTimeInterval(seconds) }

    package static let node = Claimant(node: "one", incarnation: "a")
    package static let reborn = Claimant(node: "one", incarnation: "b")
    package static let neighbour = Claimant(node: "two", incarnation: "a")

    package static func id(_ text: String) -> SpoolID { SpoolID(trusted: text) }

    /// A message to one recipient, or to those named; its digest is not that of its content.
    package static func message(
        _ id: String, from author: String = "ann@example.org", to recipients: [String] = ["rob@example.com"], bodySize: Int = 5,
        at time: Date = start
    ) throws -> AcceptedMessage {
        let author = try EmailAddress(author)
        return AcceptedMessage(
            id: SpoolID(trusted: id), acceptedAt: time, client: nil, purpose: nil, user: nil,
            author: Author(NamedAddress(name: "Ann", address: author)),
            envelope: Envelope(sender: .address(author), recipients: try recipients.map { Recipient(address: try EmailAddress($0)) }),
            hasEnvelopeSender: true, isAutomatic: false, header: Array("From: Ann <\(author)>\r\n".utf8), bodySize: bodySize,
            digest: Array(repeating: 7, count: 32), messageID: "<\(id)@example.org>")
    }

    /// A message that has something in each of its fields.
    package static func richMessage(_ id: String, bodySize: Int = 5, at time: Date = start) throws -> AcceptedMessage {
        AcceptedMessage(
            id: SpoolID(trusted: id), acceptedAt: time, client: ClientID(trusted: "printer"), purpose: .adHoc, user: UserID(trusted: "u1"),
            author: Author(
                NamedAddress(name: "Ann \"the\" Änderung, 日本", address: try EmailAddress("\"ann b\"@bücher.example")),
                others: [NamedAddress(address: try EmailAddress("bob@example.org"))]),
            envelope: Envelope(
                sender: .null,
                recipients: [
                    Recipient(
                        address: try EmailAddress("Rob@Example.com"), notify: [.success, .failure],
                        originalRecipient: "rfc822;rob+2Bx@example.com"),
                    Recipient(address: try EmailAddress("øre@example.com"), notify: .never),
                    Recipient(address: try EmailAddress("c@d.example")),
                ], ret: .hdrs, envelopeID: "QQ+2B31"),
            hasEnvelopeSender: true, isAutomatic: true, header: Array("Subject: ".utf8) + [0xFF, 0x00, 0x80] + Array("\r\n".utf8),
            bodySize: bodySize, digest: Array(0..<32), messageID: "<\(id)@example.org>")
    }

    package static func entry(
        _ kind: JournalEntry.Kind = .attempted, at time: Date = start, message: String? = nil, facts: [String: String] = [:],
        _ personal: [JournalEntry.Personal] = []
    ) -> JournalEntry {
        JournalEntry(
            at: time, kind: kind, message: message.map { SpoolID(trusted: $0) },
            facts: facts.sorted { $0.key < $1.key }.map { JournalEntry.Fact($0.key, $0.value) }, personal: personal)
    }

    package static let provider = Provider.microsoft
    package static let application = Application(
        id: ApplicationID(trusted: "app"), name: "Mandate", provider: provider.id, tenant: "t-1", clientID: "c-1",
        secretExpires: time(86_400))
    package static let grant = Grant(id: GrantID(trusted: "grant"), name: "All", kind: .appOnly, application: application.id)

    package static func mailbox(_ id: String = "box", _ address: String = "box@example.org") throws -> Mailbox {
        Mailbox(id: MailboxID(trusted: id), address: try EmailAddress(address), login: "login-\(id)", grant: grant.id)
    }

    package static func user(_ id: String, _ addresses: String...) throws -> User {
        User(id: UserID(trusted: id), name: "User \(id)", addresses: try addresses.map { UserAddress(try EmailAddress($0)) })
    }

    package static func delegation(_ id: String = "may", _ covers: String = "ann@example.org", mailbox: String = "box") throws -> Delegation
    {
        Delegation(
            id: DelegationID(trusted: id), mailbox: MailboxID(trusted: mailbox), covers: try AddressPattern(covers), kind: .sendAs,
            grantedBy: "root", grantedAt: start, reason: "she asked")
    }

    /// One of every kind, with something in each field, in an order in which nothing can be stored as it comes.
    package static func everyKind() throws -> [DirectoryEntity] {
        [
            .setting(SettingKey(.emailFromUserID), "u1"), .setting(SettingKey(.mode, for: .adHoc), "reply-to"),
            .deny(
                Deny(id: DenyID(trusted: "no"), mailbox: MailboxID(trusted: "box"), covers: try AddressPattern("@bad.example"), reason: "r")
            ),
            .deny(Deny(id: DenyID(trusted: "none"), mailbox: nil, covers: .any)), .delegation(try delegation()),
            .delegation(
                Delegation(
                    id: DelegationID(trusted: "domain"), mailbox: MailboxID(trusted: "box"), covers: try AddressPattern("@Bücher.example"),
                    kind: .onBehalf, priority: -5, validFrom: time(1), validUntil: time(2), grantedBy: "root", grantedAt: start,
                    allowsUnaligned: true)),
            .mailbox(try mailbox()),
            .family(
                Family(
                    id: FamilyID(trusted: "fam"), name: "Family",
                    members: [try AddressPattern("@example.org"), try AddressPattern("x@y.example")],
                    grant: grant.id, transports: [.graph, .smtp], isEnabled: false)),
            .grant(grant), .application(application), .provider(provider),
            .provider(
                Provider(
                    id: ProviderID(trusted: "house"), kind: .custom, name: "House", tokenEndpoint: "https://id.example/token", smtp: nil,
                    scopes: [.smtp: Scopes(delegated: "https://mail.google.com/", appOnly: "https://mail.google.com/")],
                    habits: ProviderHabits(
                        refusesSeveralAuthors: true, replacesUnlistedFrom: true, propagation: 0, takesNullSender: false,
                        oldRefreshTokenWorks: true), trustedCertificates: "PEM")),
            .user(
                User(
                    id: UserID(trusted: "u1"), name: "Ann", login: "ann.login",
                    addresses: [
                        UserAddress(try EmailAddress("Ann@Example.org")),
                        UserAddress(try EmailAddress("\"a b\"@bücher.example"), isOn: false),
                    ])), .user(User(id: UserID(trusted: "bob@example.org"), name: "", addresses: [])),
            .client(
                Client(
                    id: ClientID(trusted: "printer"), name: "Printer", credential: .network(try Network("192.0.2.0/24")),
                    limits: Client.Limits(purposes: [.adHoc, .notification], addresses: [try AddressPattern("@example.org")]),
                    defaultPurpose: .notification, authorIfUnusable: try EmailAddress("printer@example.org"),
                    noticeAddress: try EmailAddress("root@example.org"), isEnabled: false)),
            .client(Client(id: ClientID(trusted: "key"), name: "Key", credential: .key(sha256: Array(repeating: 9, count: 32)))),
            .client(Client(id: ClientID(trusted: "uid"), name: "Uid", credential: .uid(.max))),
        ]
    }

    /// Waiting; its state is told apart by its id.
    package static func consent(_ id: String, at time: Date = start, sealed: Sealed) -> ConsentAttempt {
        let digest = Array((id.utf8 + Array(repeating: UInt8(0), count: 32)).prefix(32))
        return ConsentAttempt(
            id: ConsentID(trusted: id), grant: grant.id, application: application.id, revision: Edition(1), way: .browser, startedAt: time,
            expires: time.addingTimeInterval(ConsentAttempt.life), redirectURI: "http://localhost/OAuth2/app", scope: "send",
            stateDigest: digest, sealed: sealed, startedBy: "root")
    }

    package static func edit(_ entities: DirectoryEntity..., at time: Date = start) -> DirectoryEdit {
        DirectoryEdit(entities.map { .put($0) }, by: "root", at: time)
    }
}
