package import Mail
package import Relay
package import struct FoundationEssentials.Date

/// A small company for tests. Ann has a mailbox of her own and the desk may send as her; Carol's mailbox has a grant that needed her consent;
/// nobody's mailbox may send for Dora, whose mail goes through the carrier, which is the desk.
package enum FakeCompany {
    package static let ann = address("ann@example.org")
    package static let carol = address("carol@example.org")
    package static let desk = address("desk@example.org")
    package static let dora = address("dora@example.org")
    package static let application = ApplicationID(trusted: "app")
    package static let appOnly = GrantID(trusted: "all")
    package static let consent = GrantID(trusted: "carols")
    package static let delegation = DelegationID(trusted: "desk-ann")

    package static let provider = Provider(
        id: ProviderID(trusted: "house"), kind: .custom, name: "House", tokenEndpoint: "https://id.example/{tenant}/token",
        smtp: MailEndpoint(host: "smtp.example", port: 587, security: .startTLS),
        scopes: [.smtp: Scopes(delegated: "send offline_access", appOnly: ".default")], limits: ProviderLimits(connections: 100),
        habits: ProviderHabits(
            refusesSeveralAuthors: false,
            replacesUnlistedFrom: false, propagation: 7200, takesNullSender: false, oldRefreshTokenWorks: false))

    package static func entities(grantedAt: Date = Date(timeIntervalSince1970: 1_700_000_000)) -> [DirectoryEntity] {
        [
            .provider(provider),
            .application(Application(id: application, name: "Mandate", provider: provider.id, tenant: "t-1", clientID: "c-1")),
            .grant(Grant(id: appOnly, name: "All", kind: .appOnly, application: application)),
            .grant(Grant(id: consent, name: "Carol's", kind: .consent, application: application, principal: "carol")),
            .mailbox(Mailbox(id: MailboxID(trusted: "ann"), address: ann, login: "ann-login", grant: appOnly)),
            .mailbox(Mailbox(id: MailboxID(trusted: "desk"), address: desk, login: "desk-login", grant: appOnly)),
            .mailbox(Mailbox(id: MailboxID(trusted: "carol"), address: carol, login: "carol-login", grant: consent)),
            .delegation(mayDeskSendAsAnn(grantedAt)),
            .user(User(id: UserID(trusted: "u-ann"), name: "Ann", addresses: [UserAddress(ann)])),
            .user(User(id: UserID(trusted: "u-desk"), name: "Help Desk", addresses: [UserAddress(desk)])),
            .setting(SettingKey(.emailFromUserID), "u-desk"),
        ]
    }

    package static func mayDeskSendAsAnn(_ grantedAt: Date) -> Delegation {
        Delegation(
            id: delegation, mailbox: MailboxID(trusted: "desk"), covers: .address(ann), kind: .sendAs, grantedBy: "root",
            grantedAt: grantedAt)
    }

    /// Directory and secrets, as a person would have entered them.
    package static func fill(_ store: MemoryStore, _ vault: Vault, at now: Date) async throws {
        let secrets = [
            SecretChange(
                name: SecretName(.clientSecret, of: application.text),
                sealed: try vault.seal(Secret("client-secret"), for: SecretName(.clientSecret, of: application.text))),
            SecretChange(
                name: SecretName(.refreshToken, of: consent.text),
                sealed: try vault.seal(Secret("refresh-0"), for: SecretName(.refreshToken, of: consent.text))),
        ]
        _ = try await store.apply(DirectoryEdit(entities().map { .put($0) }, secrets: secrets, by: "root", at: now))
    }

    package static func vault(_ byte: UInt8 = 1) throws -> Vault { try Vault(key: Secret([UInt8](repeating: byte, count: 32))) }

    package static func address(_ text: String) -> EmailAddress {
        do throws(AddressError) { return try EmailAddress(text) } catch { preconditionFailure("a test's own address is wrong: \(error)") }
    }
}
