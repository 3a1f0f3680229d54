internal import Foundation
internal import Mail
internal import Relay

/// An entity as values for the columns of its table.
enum EntityRow {
    typealias Value = (any Storable)?

    static func values(of entity: DirectoryEntity) throws -> [Value] {
        [entity.key.id] + (try rest(of: entity))
    }

    private static func rest(of entity: DirectoryEntity) throws -> [Value] {
        switch entity {
        case .setting(_, let text): [text]
        case .user(let user): [user.name, user.login]
        case .provider(let provider): try values(of: provider)
        case .application(let it):
            [
                it.name, it.provider.text, it.tenant, it.clientID, it.secretExpires?.milliseconds,
                ListText.write(it.domains.map(\.ascii)), it.certificate, it.serviceAccount?.address, it.serviceAccount?.keyID,
                it.licences.map { Int64($0) }, it.federatedCredential.map { ListText.write($0.columns) },
            ]
        case .grant(let it):
            [
                it.name, it.kind.rawValue, it.application.text, it.principal, it.isEnabled, it.pin?.realm, it.pin?.subject,
                ListText.write(it.command),
            ] + values(of: it.stewardship)
        case .mailbox(let it):
            [
                it.address.description, it.login, it.grant.text, ListText.write(it.transports.map(\.rawValue)), it.isRead, it.isEnabled,
            ] + values(of: it.stewardship)
        case .family(let it):
            [
                it.name, ListText.write(it.members.map(\.description)), it.grant.text,
                ListText.write(it.transports.map(\.rawValue)), it.isEnabled,
            ] + values(of: it.stewardship)
        case .delegation(let it):
            [
                it.mailbox.text, it.covers.description, it.covers.key, it.kind.rawValue, it.priority, it.validFrom?.milliseconds,
                it.validUntil?.milliseconds, it.grantedBy, it.grantedAt.milliseconds, it.reason, it.allowsUnaligned,
            ] + values(of: it.stewardship)
        case .deny(let deny): [deny.mailbox?.text, deny.covers.description, deny.reason]
        case .client(let client): try values(of: client)
        }
    }

    private static func values(of stewardship: Stewardship) -> [Value] {
        [stewardship.owner, stewardship.purpose, stewardship.review?.milliseconds]
    }

    private static func values(of provider: Provider) throws -> [Value] {
        let habits = provider.habits
        let smtp = provider.scopes[.smtp]
        return [
            provider.kind.rawValue, provider.name, provider.tokenEndpoint, provider.smtp?.host, provider.smtp?.port,
            provider.smtp?.security.rawValue, smtp?.delegated ?? "", smtp?.appOnly ?? "", habits.refusesSeveralAuthors,
            habits.replacesUnlistedFrom, habits.propagation, habits.takesNullSender, habits.oldRefreshTokenWorks,
            provider.trustedCertificates, try ListText.write(document: ProviderDetails(provider)), provider.mayReceiveSecrets,
        ]
    }

    private static func values(of client: Client) throws -> [Value] {
        var key: [UInt8]?
        var network: String?
        var uid: Int64?
        var password: String?
        switch client.credential {
        case .key(let digest): key = digest
        case .network(let range): network = range.description
        case .uid(let number): uid = Int64(number)
        case .password(let hash): password = hash.text
        }
        return [
            client.name, key, network, uid, password, ListText.write(client.limits.purposes.map(\.rawValue).sorted()),
            ListText.write(client.limits.addresses.map(\.description)), client.defaultPurpose?.rawValue,
            client.authorIfUnusable?.description, client.noticeAddress?.description, client.isEnabled, client.defaultUser?.text,
            ListText.write(client.roles.map(\.rawValue).sorted()), client.isStrict, QuotaText.write(client.quota),
        ] + values(of: client.stewardship)
    }
}

/// A quota as it is kept: rows of quantity and limit.
enum QuotaText {
    static func write(_ quota: Quota) -> String {
        ListText.write(Quota.Quantity.allCases.compactMap { quantity in quota[quantity].map { [quantity.rawValue, String($0)] } })
    }

    static func read(_ text: String) throws -> Quota {
        var quota = Quota()
        for row in try ListText.rows(text) {
            guard row.count == 2, let name = row[0], let limit = row[1].flatMap(Int.init) else {
                throw StoreFailure.damaged("a client's quota cannot be read")
            }
            quota[try Columns.choice(name)] = limit
        }
        return quota
    }
}

extension AddressPattern {
    /// What a slice looks for: equal for every spelling of one address.
    var key: String {
        switch self {
        case .address(let address): address.key
        case .domain, .any: description
        }
    }
}

extension DirectoryEntity {
    /// What must exist before this can.
    var needs: [EntityKey] {
        switch self {
        case .setting, .user, .provider: []
        case .client(let client):
            client.tokenRights.map { right in
                switch right.row {
                case .mailbox(let id): EntityKey(.mailbox, id.text)
                case .family(let id): EntityKey(.family, id.text)
                }
            }
        case .application(let application): [EntityKey(.provider, application.provider.text)]
        case .grant(let grant): [EntityKey(.application, grant.application.text)]
        case .mailbox(let mailbox): [EntityKey(.grant, mailbox.grant.text)]
        case .family(let family): [EntityKey(.grant, family.grant.text)]
        case .delegation(let delegation): [EntityKey(.mailbox, delegation.mailbox.text)]
        case .deny(let deny): deny.mailbox.map { [EntityKey(.mailbox, $0.text)] } ?? []
        }
    }
}
