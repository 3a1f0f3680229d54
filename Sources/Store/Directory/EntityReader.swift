internal import Mail
internal import Relay

/// Makes entities of rows. It keeps the domains it has met, so that a million addresses of one domain share its text.
struct EntityReader {
    private var domains: [String: Domain] = [:]

    /// A user comes without addresses, a client without rights to tokens: they have tables of their own.
    mutating func entity(_ kind: EntityKind, _ columns: inout Columns) throws -> DirectoryEntity {
        let id = try columns.text()
        switch kind {
        case .setting:
            guard let key = SettingKey(id) else { throw StoreFailure.damaged("\(id) is no setting") }
            return .setting(key, try columns.text())
        case .user:
            return .user(User(id: UserID(trusted: id), name: try columns.text(), login: try columns.optionalText(), addresses: []))
        case .provider: return .provider(try provider(id, &columns))
        case .application: return .application(try application(id, &columns))
        case .grant:
            return .grant(
                Grant(
                    id: GrantID(trusted: id), name: try columns.text(), kind: try columns.choice(),
                    application: ApplicationID(trusted: try columns.text()), principal: try columns.optionalText(),
                    isEnabled: try columns.flag(), pin: try pin(&columns), command: try columns.list(),
                    stewardship: try stewardship(&columns)))
        case .mailbox:
            return .mailbox(
                Mailbox(
                    id: MailboxID(trusted: id), address: try columns.address(), login: try columns.text(),
                    grant: GrantID(trusted: try columns.text()), transports: try transports(&columns), isRead: try columns.flag(),
                    isEnabled: try columns.flag(), stewardship: try stewardship(&columns)))
        case .family:
            return .family(
                Family(
                    id: FamilyID(trusted: id), name: try columns.text(), members: try patterns(&columns),
                    grant: GrantID(trusted: try columns.text()), transports: try transports(&columns), isEnabled: try columns.flag(),
                    stewardship: try stewardship(&columns)))
        case .delegation: return .delegation(try delegation(id, &columns))
        case .deny:
            return .deny(
                Deny(
                    id: DenyID(trusted: id), mailbox: try columns.optionalText().map { MailboxID(trusted: $0) },
                    covers: try columns.pattern(), reason: try columns.text()))
        case .client: return .client(try client(id, &columns))
        }
    }

    mutating func userAddress(_ columns: inout Columns) throws -> UserAddress {
        let local = try columns.text()
        let domain = try domain(columns.text())
        do {
            return UserAddress(try EmailAddress(localPart: local, domain: domain), isOn: try columns.flag())
        } catch let error as AddressError {
            throw StoreFailure.damaged("a user's address cannot be read: \(error)")
        }
    }

    private mutating func domain(_ text: String) throws -> Domain {
        if let known = domains[text] { return known }
        do {
            let domain = try Domain(text)
            domains[text] = domain
            return domain
        } catch { throw StoreFailure.damaged("\(text) is no domain: \(error)") }
    }

    private func provider(_ id: String, _ columns: inout Columns) throws -> Provider {
        let kind: ProviderKind = try columns.choice()
        let name = try columns.text()
        let tokenEndpoint = try columns.text()
        let host = try columns.optionalText()
        let port = try columns.optionalInteger()
        let security = try columns.optionalChoice(MailEndpoint.Security.self)
        var endpoint: MailEndpoint?
        if let host, let port, let security { endpoint = MailEndpoint(host: host, port: Int(port), security: security) }
        let scopes = Scopes(delegated: try columns.text(), appOnly: try columns.text())
        let habits = ProviderHabits(
            refusesSeveralAuthors: try columns.flag(), replacesUnlistedFrom: try columns.flag(), propagation: try columns.real(),
            takesNullSender: try columns.flag(), oldRefreshTokenWorks: try columns.flag())
        var provider = Provider(
            id: ProviderID(trusted: id), kind: kind, name: name, tokenEndpoint: tokenEndpoint, smtp: endpoint,
            scopes: scopes.delegated.isEmpty && scopes.appOnly.isEmpty ? [:] : [.smtp: scopes], habits: habits,
            trustedCertificates: try columns.optionalText())
        let details: ProviderDetails? = try columns.optionalText().map { try ListText.read($0) }
        (details ?? Provider.builtIn.first { $0.id == provider.id }.map { ProviderDetails($0) })?.complete(&provider)
        provider.mayReceiveSecrets = try columns.flag()
        return provider
    }

    private mutating func application(_ id: String, _ columns: inout Columns) throws -> Application {
        var application = Application(
            id: ApplicationID(trusted: id), name: try columns.text(), provider: ProviderID(trusted: try columns.text()),
            tenant: try columns.text(), clientID: try columns.text(), secretExpires: try columns.optionalDate(),
            domains: try columns.list().map { try domain($0) }, certificate: try columns.optionalText(),
            serviceAccount: try serviceAccount(&columns), licences: try columns.optionalInteger().map { Int($0) })
        application.federatedCredential = try columns.optionalText().map { try FederatedCredential(columns: ListText.read($0)) }
        return application
    }

    private func serviceAccount(_ columns: inout Columns) throws -> ServiceAccount? {
        let address = try columns.optionalText()
        let keyID = try columns.optionalText()
        guard let address, let keyID else { return nil }
        return ServiceAccount(address: address, keyID: keyID)
    }

    private func pin(_ columns: inout Columns) throws -> PrincipalPin? {
        let realm = try columns.optionalText()
        let subject = try columns.optionalText()
        guard let realm, let subject else { return nil }
        return PrincipalPin(realm: realm, subject: subject)
    }

    private func delegation(_ id: String, _ columns: inout Columns) throws -> Delegation {
        let mailbox = MailboxID(trusted: try columns.text())
        let covers = try columns.pattern()
        columns.skip()
        return Delegation(
            id: DelegationID(trusted: id), mailbox: mailbox, covers: covers, kind: try columns.choice(),
            priority: Int(try columns.integer()), validFrom: try columns.optionalDate(), validUntil: try columns.optionalDate(),
            grantedBy: try columns.text(), grantedAt: try columns.date(), reason: try columns.text(), allowsUnaligned: try columns.flag(),
            stewardship: try stewardship(&columns))
    }

    private func stewardship(_ columns: inout Columns) throws -> Stewardship {
        Stewardship(owner: try columns.text(), purpose: try columns.text(), review: try columns.optionalDate())
    }

    private func client(_ id: String, _ columns: inout Columns) throws -> Client {
        let name = try columns.text()
        let credential = try credential(&columns)
        let purposes = try columns.list().map { try Columns.choice($0) as Purpose }
        let limits = Client.Limits(purposes: Set(purposes), addresses: try patterns(&columns))
        var client = Client(
            id: ClientID(trusted: id), name: name, credential: credential, limits: limits,
            defaultPurpose: try columns.optionalChoice(), authorIfUnusable: try columns.optionalAddress(),
            noticeAddress: try columns.optionalAddress(), isEnabled: try columns.flag())
        client.defaultUser = try columns.optionalText().map { UserID(trusted: $0) }
        client.roles = Set(try columns.list().map { try Columns.choice($0) as Role })
        client.isStrict = try columns.flag()
        client.quota = try QuotaText.read(columns.text())
        client.stewardship = try stewardship(&columns)
        return client
    }

    private func credential(_ columns: inout Columns) throws -> Client.Credential {
        let key = try columns.optionalBytes()
        let network = try columns.optionalText()
        let uid = try columns.optionalInteger()
        let password = try columns.optionalText()
        if let password {
            guard let hash = PasswordHash(password) else { throw StoreFailure.damaged("a client's password hash cannot be read") }
            return .password(hash)
        }
        if let key { return .key(sha256: key) }
        if let network {
            do { return .network(try Network(network)) } catch { throw StoreFailure.damaged("\(network) is no network: \(error)") }
        }
        if let uid, let number = UInt32(exactly: uid) { return .uid(number) }
        throw StoreFailure.damaged("a client has no credential")
    }

    private func transports(_ columns: inout Columns) throws -> [Transport] { try columns.list().map { try Columns.choice($0) } }

    private func patterns(_ columns: inout Columns) throws -> [AddressPattern] {
        try columns.list().map { text in
            do { return try AddressPattern(text) } catch { throw StoreFailure.damaged("\(text) is no pattern: \(error)") }
        }
    }
}
