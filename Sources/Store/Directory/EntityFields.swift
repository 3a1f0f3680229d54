internal import Foundation
internal import Mail
internal import Relay

/// An entity as the journal tells of it: named fields, of which those with a role are personal and may be erased one day.
struct EntityField: Hashable {
    let name: String
    let value: String
    /// nil: a fact that may stay for ever.
    let role: JournalEntry.Role?

    init(_ name: String, _ value: String, _ role: JournalEntry.Role? = nil) {
        self.name = name
        self.value = value
        self.role = role
    }

    init(_ name: String, _ value: Bool) { self.init(name, value ? "yes" : "no") }

    static func fields(of entity: DirectoryEntity) -> [EntityField] {
        switch entity {
        case .setting(let key, let text): [EntityField("value", text, role(of: text, in: key.name))]
        case .user(let user):
            [EntityField("name", user.name, .person), EntityField("login", user.login ?? "", .person)]
                + user.addresses.map { EntityField($0.isOn ? "address" : "address off", $0.address.description, .person) }
        case .provider(let provider): fields(of: provider)
        case .application(let it):
            [
                EntityField("name", it.name), EntityField("provider", it.provider.text), EntityField("tenant", it.tenant),
                EntityField("client-id", it.clientID), EntityField("secret-expires", text(it.secretExpires)),
                EntityField("domains", it.domains.map(\.ascii).joined(separator: " ")), EntityField("certificate", it.certificate ?? ""),
                EntityField("service-account", it.serviceAccount?.address ?? ""), EntityField("key-id", it.serviceAccount?.keyID ?? ""),
                EntityField("federated-credential", it.federatedCredential.map { ListText.write($0.columns) } ?? ""),
                EntityField("licences", it.licences.map { String($0) } ?? ""),
            ]
        case .grant(let grant):
            [
                EntityField("name", grant.name), EntityField("kind", grant.kind.rawValue),
                EntityField("application", grant.application.text), EntityField("principal", grant.principal ?? "", .person),
                EntityField("enabled", grant.isEnabled), EntityField("pin", grant.pin?.description ?? "", .person),
                EntityField("command", grant.command.joined(separator: " ")),
            ] + fields(of: grant.stewardship)
        case .mailbox(let it):
            [
                EntityField("address", it.address.description, .mailbox), EntityField("login", it.login, .mailbox),
                EntityField("grant", it.grant.text), EntityField("transports", text(it.transports)), EntityField("read", it.isRead),
                EntityField("enabled", it.isEnabled),
            ] + fields(of: it.stewardship)
        case .family(let it):
            [EntityField("name", it.name)] + it.members.map { EntityField("member", $0.description, role($0, .mailbox)) }
                + [
                    EntityField("grant", it.grant.text), EntityField("transports", text(it.transports)),
                    EntityField("enabled", it.isEnabled),
                ] + fields(of: it.stewardship)
        case .delegation(let it): fields(of: it)
        case .deny(let deny):
            [
                EntityField("mailbox", deny.mailbox?.text ?? "*"),
                EntityField("covers", deny.covers.description, role(deny.covers, .author)),
                EntityField("reason", deny.reason),
            ]
        case .client(let client): fields(of: client)
        }
    }

    private static func fields(of it: Delegation) -> [EntityField] {
        [
            EntityField("mailbox", it.mailbox.text), EntityField("covers", it.covers.description, role(it.covers, .author)),
            EntityField("kind", it.kind.rawValue), EntityField("priority", String(it.priority)),
            EntityField("valid-from", text(it.validFrom)), EntityField("valid-until", text(it.validUntil)),
            EntityField("granted-by", it.grantedBy, .person), EntityField("granted-at", text(it.grantedAt)),
            EntityField("reason", it.reason), EntityField("allows-unaligned", it.allowsUnaligned),
        ] + fields(of: it.stewardship)
    }

    /// Where nobody has said anything, nothing is told.
    private static func fields(of stewardship: Stewardship) -> [EntityField] {
        [
            EntityField("owner", stewardship.owner, .person), EntityField("purpose", stewardship.purpose),
            EntityField("review", text(stewardship.review)),
        ].filter { !$0.value.isEmpty }
    }

    private static func fields(of client: Client) -> [EntityField] {
        let credential: EntityField
        switch client.credential {
        case .key(let digest): credential = EntityField("key", "sha256 " + digest.prefix(4).map { hex($0) }.joined() + "…")
        case .network(let range): credential = EntityField("network", range.description)
        case .uid(let number): credential = EntityField("uid", String(number))
        // A new salt is a new password; nothing of the hash belongs into a journal.
        case .password(let hash):
            credential = EntityField("password", "scrypt, salted " + hash.text.split(separator: "$")[2].prefix(8) + "…")
        }
        return [
            EntityField("name", client.name), credential,
            EntityField("purposes", client.limits.purposes.map(\.rawValue).sorted().joined(separator: " ")),
            EntityField("default-purpose", client.defaultPurpose?.rawValue ?? ""),
            EntityField("default-user", client.defaultUser?.text ?? "", .person),
            EntityField("author-if-unusable", client.authorIfUnusable?.description ?? "", .author),
            EntityField("notice-address", client.noticeAddress?.description ?? "", .person),
            EntityField("roles", client.roles.map(\.rawValue).sorted().joined(separator: " ")),
            EntityField("tokens", client.tokenRights.map(text).joined(separator: ", ")), EntityField("strict", client.isStrict),
            EntityField(
                "quota",
                Quota.Quantity.allCases.compactMap { quantity in client.quota[quantity].map { "\(quantity.rawValue) \($0)" } }.joined(
                    separator: ", ")),
            EntityField("enabled", client.isEnabled),
        ] + fields(of: client.stewardship) + client.limits.addresses.map { EntityField("limit", $0.description, role($0, .author)) }
    }

    private static func text(_ right: Client.TokenRight) -> String {
        let row =
            switch right.row {
            case .mailbox(let id): "mailbox \(id)"
            case .family(let id): "family \(id)"
            }
        return right.coversWholeGrant ? row + " (whole grant)" : row
    }

    /// What part somebody plays in a setting; nil: its value is one of its own words, and nobody.
    private static func role(of text: String, in name: SettingKey.Name) -> JournalEntry.Role? {
        switch name {
        case .emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID, .carrier:
            SenderSetting.isCurrentUser(text) ? nil : .author
        case .intake: .mailbox
        case .envelope: if case .fixed? = EnvelopePolicy(text) { .sender } else { nil }
        case .delivery: if case .redirect? = Delivery(text) { .recipient } else { nil }
        case .mode, .reply, .fallback, .template, .organisation, .signatures, .originalFrom, .publicURL: nil
        }
    }

    /// A whole domain is nobody in particular.
    private static func role(_ pattern: AddressPattern, _ role: JournalEntry.Role) -> JournalEntry.Role? {
        switch pattern {
        case .address: role
        case .domain, .any: nil
        }
    }

    private static func text(_ transports: [Transport]) -> String { transports.map(\.rawValue).joined(separator: " ") }
    private static func text(_ date: Date?) -> String { date?.formatted(.iso8601) ?? "" }
    private static func hex(_ byte: UInt8) -> String { String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }
}
