internal import Mail
internal import struct FoundationEssentials.Date

/// Puts each thing of a directory into the words of the file.
struct DirectoryWriter {
    private var applicationNames = ReferenceTable<Application>(.application)
    private var grantNames = ReferenceTable<Grant>(.grant)
    private var mailboxNames = ReferenceTable<Mailbox>(.mailbox)
    private var familyNames = ReferenceTable<Family>(.family)
    private var applications: [ApplicationID: String] = [:]
    private var grants: [GrantID: String] = [:]
    private var mailboxes: [MailboxID: String] = [:]
    private var families: [FamilyID: String] = [:]

    private let isWhole: Bool

    /// `isWhole`: for programs, with everything said and things named by their ids, as they are when no names are known.
    init(_ entities: [DirectoryEntity], isWhole: Bool = false) {
        self.isWhole = isWhole
        for entity in entities {
            switch entity {
            case .application(let application):
                applicationNames.note(application.id, name: application.name)
                applications[application.id] = application.name
            case .grant(let grant):
                grantNames.note(grant.id, name: grant.name)
                grants[grant.id] = grant.name
            case .mailbox(let mailbox):
                mailboxNames.note(mailbox.id, name: mailbox.address.key)
                mailboxes[mailbox.id] = mailbox.address.key
            case .family(let family):
                familyNames.note(family.id, name: family.name)
                families[family.id] = family.name
            case .setting, .user, .provider, .delegation, .deny, .client: break
            }
        }
    }

    /// nil: a setting is no thing of a list.
    func value(_ entity: DirectoryEntity) -> DocumentValue? {
        switch entity {
        case .setting: nil
        case .user(let user): value(user)
        case .provider(let provider): value(provider)
        case .application(let application): value(application)
        case .grant(let grant): value(grant)
        case .mailbox(let mailbox): value(mailbox)
        case .family(let family): value(family)
        case .delegation(let delegation): value(delegation)
        case .deny(let deny): value(deny)
        case .client(let client): value(client)
        }
    }

    func value(_ user: User) -> DocumentValue {
        var map = MapWriter(isWhole: isWhole)
        map.add("id", user.id.text)
        map.add(unlessEmpty: "name", user.name)
        map.add("login", user.login)
        map.add(
            "addresses",
            user.addresses.map { address -> DocumentValue in
                let text = DocumentValue.text(address.address.description)
                return address.isOn && !isWhole ? text : .map([.init("address", text), .init("on", .flag(address.isOn))])
            })
        return map.value
    }

    func value(_ application: Application) -> DocumentValue {
        var map = MapWriter(isWhole: isWhole)
        map.add(id: application.id.text, name: application.name)
        map.add("provider", application.provider.text)
        map.add(unlessEmpty: "tenant", application.tenant)
        map.add("client_id", application.clientID)
        map.add("secret_expires", application.secretExpires)
        map.add("domains", application.domains.map { .text($0.ascii) })
        map.add("licences", application.licences)
        map.add("certificate", application.certificate)
        if let account = application.serviceAccount {
            map.add("service_account", .map([.init("address", .text(account.address)), .init("key_id", .text(account.keyID))]))
        }
        if let credential = application.federatedCredential { map.add("federated_credential", credential.value) }
        return map.value
    }

    func value(_ grant: Grant) -> DocumentValue {
        var map = MapWriter(isWhole: isWhole)
        map.add(id: grant.id.text, name: grant.name)
        map.add("kind", grant.kind.rawValue)
        map.add(
            "application", applicationNames.words(for: grant.application, name: applications[grant.application] ?? grant.application.text))
        map.add("principal", grant.principal)
        if let pin = grant.pin { map.add("pin", .map([.init("realm", .text(pin.realm)), .init("subject", .text(pin.subject))])) }
        map.add("command", grant.command.map { .text($0) })
        map.add("enabled", .flag(grant.isEnabled), unless: true)
        map.add(grant.stewardship)
        return map.value
    }

    func value(_ mailbox: Mailbox) -> DocumentValue {
        var map = MapWriter(isWhole: isWhole)
        map.add("id", .text(mailbox.id.text), unless: .text(mailbox.address.key))
        map.add("address", mailbox.address.description)
        map.add("login", .text(mailbox.login), unless: .text(mailbox.address.description))
        map.add("grant", words(mailbox.grant))
        map.add("transports", value(mailbox.transports), unless: Self.usualTransports)
        map.add("read", .flag(mailbox.isRead), unless: false)
        map.add("enabled", .flag(mailbox.isEnabled), unless: true)
        map.add(mailbox.stewardship)
        return map.value
    }

    func value(_ family: Family) -> DocumentValue {
        var map = MapWriter(isWhole: isWhole)
        map.add(id: family.id.text, name: family.name)
        map.add("members", family.members.map { .text($0.description) })
        map.add("grant", words(family.grant))
        map.add("transports", value(family.transports), unless: Self.usualTransports)
        map.add("enabled", .flag(family.isEnabled), unless: true)
        map.add(family.stewardship)
        return map.value
    }

    func value(_ delegation: Delegation) -> DocumentValue {
        var map = MapWriter(isWhole: isWhole)
        map.add("id", delegation.id.text)
        map.add("mailbox", words(delegation.mailbox))
        map.add("covers", delegation.covers.description)
        map.add("kind", delegation.kind.rawValue)
        map.add("priority", DocumentValue(delegation.priority), unless: 100)
        map.add("valid_from", delegation.validFrom)
        map.add("valid_until", delegation.validUntil)
        map.add(unlessEmpty: "granted_by", delegation.grantedBy)
        map.add("granted_at", delegation.grantedAt)
        map.add(unlessEmpty: "reason", delegation.reason)
        map.add("allows_unaligned", .flag(delegation.allowsUnaligned), unless: false)
        map.add(delegation.stewardship)
        return map.value
    }

    func value(_ deny: Deny) -> DocumentValue {
        var map = MapWriter(isWhole: isWhole)
        map.add("id", deny.id.text)
        map.add("mailbox", deny.mailbox.map(words) ?? "*")
        map.add("covers", deny.covers.description)
        map.add(unlessEmpty: "reason", deny.reason)
        return map.value
    }

    func value(_ client: Client) -> DocumentValue {
        var map = MapWriter(isWhole: isWhole)
        map.add(id: client.id.text, name: client.name)
        switch client.credential {
        case .key(let digest): map.add("key_sha256", digest.hexadecimal)
        case .network(let network): map.add("network", network.description)
        case .uid(let uid): map.add("uid", .number(Int64(uid)))
        case .password(let hash): map.add("password_scrypt", hash.text)
        }
        var limits = MapWriter(isWhole: isWhole)
        limits.add("purposes", Purpose.allCases.filter(client.limits.purposes.contains).map { .text($0.rawValue) })
        limits.add("addresses", client.limits.addresses.map { .text($0.description) })
        if isWhole || !client.limits.areEmpty { map.add("limits", limits.value) }
        map.add("default_purpose", client.defaultPurpose?.rawValue)
        map.add("default_user", client.defaultUser?.text)
        map.add("author_if_unusable", client.authorIfUnusable?.description)
        map.add("notice_address", client.noticeAddress?.description)
        map.add("roles", DocumentValue(Role.sorted(client.roles)), unless: DocumentValue([Role.sender.rawValue]))
        map.add("tokens", client.tokenRights.map(value))
        map.add("strict", .flag(client.isStrict), unless: false)
        var quota = MapWriter()
        for quantity in Quota.Quantity.allCases { quota.add(quantity.rawValue, client.quota[quantity]) }
        map.add("quota", client.quota.isEmpty ? .null : quota.value, unless: .null)
        map.add("enabled", .flag(client.isEnabled), unless: true)
        map.add(client.stewardship)
        return map.value
    }

    private func words(_ id: GrantID) -> String { grantNames.words(for: id, name: grants[id] ?? id.text) }

    private func words(_ id: MailboxID) -> String { mailboxNames.words(for: id, name: mailboxes[id] ?? id.text) }

    private func value(_ transports: [Transport]) -> DocumentValue { DocumentValue(transports.map(\.rawValue)) }

    private static let usualTransports = DocumentValue([Transport.smtp.rawValue])

    private func value(_ right: Client.TokenRight) -> DocumentValue {
        let row: DocumentValue.Entry
        switch right.row {
        case .mailbox(let id):
            if !right.coversWholeGrant { return .text(words(id)) }
            row = .init("mailbox", .text(words(id)))
        case .family(let id): row = .init("family", .text(familyNames.words(for: id, name: families[id] ?? id.text)))
        }
        return .map([row] + (right.coversWholeGrant ? [.init("whole_grant", .flag(true))] : []))
    }
}

extension FederatedCredential {
    /// In the words of the directory file.
    package var value: DocumentValue {
        switch self {
        case .file(let path): return .map([.init("file", .text(path))])
        case .address(let place):
            var entries: [DocumentValue.Entry] = [.init("address", .text(place.url))]
            if !place.headers.isEmpty { entries.append(.init("headers", DocumentValue(place.headers))) }
            if let member = place.member { entries.append(.init("member", .text(member))) }
            return .map(entries)
        }
    }
}
