internal import Mail
internal import struct FoundationEssentials.Date

/// Puts each thing of a directory into the words of the file.
struct DirectoryWriter {
    private var applicationNames = ReferenceTable<Application>("application")
    private var grantNames = ReferenceTable<Grant>("grant")
    private var mailboxNames = ReferenceTable<Mailbox>("mailbox")
    private var applications: [ApplicationID: String] = [:]
    private var grants: [GrantID: String] = [:]
    private var mailboxes: [MailboxID: String] = [:]

    init(_ entities: [DirectoryEntity]) {
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
            case .setting, .user, .provider, .family, .delegation, .deny, .client: break
            }
        }
    }

    func value(_ user: User) -> DocumentValue {
        var map = MapWriter()
        map.add("id", user.id.text)
        if !user.name.isEmpty { map.add("name", user.name) }
        map.add("login", user.login)
        map.add(
            "addresses",
            user.addresses.map { address -> DocumentValue in
                let text = DocumentValue.text(address.address.description)
                return address.isOn ? text : .map([.init("address", text), .init("on", .flag(false))])
            })
        return map.value
    }

    func value(_ application: Application) -> DocumentValue {
        var map = MapWriter()
        map.add(id: application.id.text, name: application.name)
        map.add("provider", application.provider.text)
        if !application.tenant.isEmpty { map.add("tenant", application.tenant) }
        map.add("client_id", application.clientID)
        map.add("secret_expires", application.secretExpires)
        map.add("domains", application.domains.map { .text($0.ascii) })
        map.add("certificate", application.certificate)
        if let account = application.serviceAccount {
            map.add("service_account", .map([.init("address", .text(account.address)), .init("key_id", .text(account.keyID))]))
        }
        return map.value
    }

    func value(_ grant: Grant) -> DocumentValue {
        var map = MapWriter()
        map.add(id: grant.id.text, name: grant.name)
        map.add("kind", grant.kind.rawValue)
        map.add(
            "application", applicationNames.words(for: grant.application, name: applications[grant.application] ?? grant.application.text))
        map.add("principal", grant.principal)
        if let pin = grant.pin { map.add("pin", .map([.init("realm", .text(pin.realm)), .init("subject", .text(pin.subject))])) }
        if !grant.command.isEmpty { map.add("command", .list(grant.command.map { .text($0) })) }
        if !grant.isEnabled { map.add("enabled", .flag(false)) }
        return map.value
    }

    func value(_ mailbox: Mailbox) -> DocumentValue {
        var map = MapWriter()
        if mailbox.id.text != mailbox.address.key { map.add("id", mailbox.id.text) }
        map.add("address", mailbox.address.description)
        if mailbox.login != mailbox.address.description { map.add("login", mailbox.login) }
        map.add("grant", words(mailbox.grant))
        add(mailbox.transports, mailbox.isEnabled, to: &map)
        return map.value
    }

    func value(_ family: Family) -> DocumentValue {
        var map = MapWriter()
        map.add(id: family.id.text, name: family.name)
        map.add("members", family.members.map { .text($0.description) })
        map.add("grant", words(family.grant))
        add(family.transports, family.isEnabled, to: &map)
        return map.value
    }

    func value(_ delegation: Delegation) -> DocumentValue {
        var map = MapWriter()
        map.add("id", delegation.id.text)
        map.add("mailbox", words(delegation.mailbox))
        map.add("covers", delegation.covers.description)
        map.add("kind", delegation.kind.rawValue)
        if delegation.priority != 100 { map.add("priority", .number(Int64(delegation.priority))) }
        map.add("valid_from", delegation.validFrom)
        map.add("valid_until", delegation.validUntil)
        if !delegation.grantedBy.isEmpty { map.add("granted_by", delegation.grantedBy) }
        map.add("granted_at", delegation.grantedAt)
        if !delegation.reason.isEmpty { map.add("reason", delegation.reason) }
        if delegation.allowsUnaligned { map.add("allows_unaligned", .flag(true)) }
        return map.value
    }

    func value(_ deny: Deny) -> DocumentValue {
        var map = MapWriter()
        map.add("id", deny.id.text)
        map.add("mailbox", deny.mailbox.map(words) ?? "*")
        map.add("covers", deny.covers.description)
        if !deny.reason.isEmpty { map.add("reason", deny.reason) }
        return map.value
    }

    func value(_ client: Client) -> DocumentValue {
        var map = MapWriter()
        map.add(id: client.id.text, name: client.name)
        switch client.credential {
        case .key(let digest): map.add("key_sha256", digest.map(Self.hexadecimal).joined())
        case .network(let network): map.add("network", network.description)
        case .uid(let uid): map.add("uid", .number(Int64(uid)))
        }
        var limits = MapWriter()
        limits.add("purposes", Purpose.allCases.filter(client.limits.purposes.contains).map { .text($0.rawValue) })
        limits.add("addresses", client.limits.addresses.map { .text($0.description) })
        if !client.limits.areEmpty { map.add("limits", limits.value) }
        map.add("default_purpose", client.defaultPurpose?.rawValue)
        map.add("default_user", client.defaultUser?.text)
        map.add("author_if_unusable", client.authorIfUnusable?.description)
        map.add("notice_address", client.noticeAddress?.description)
        if !client.isEnabled { map.add("enabled", .flag(false)) }
        return map.value
    }

    private func words(_ id: GrantID) -> String { grantNames.words(for: id, name: grants[id] ?? id.text) }

    private func words(_ id: MailboxID) -> String { mailboxNames.words(for: id, name: mailboxes[id] ?? id.text) }

    private func add(_ transports: [Transport], _ isEnabled: Bool, to map: inout MapWriter) {
        if transports != [.smtp] { map.add("transports", transports.map { .text($0.rawValue) }) }
        if !isEnabled { map.add("enabled", .flag(false)) }
    }

    private static func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}
