internal import Mail

/// Applications and grants: what tokens are had with.
extension DirectoryReader {
    mutating func readApplication(_ entry: DocumentReader) throws(DocumentError) {
        if case .map(let entries) = entry.value,
            let secret = entries.first(where: { ["secret", "client_secret", "private_key"].contains($0.key) })
        {
            throw DocumentError("\(entry.path).\(secret.key)", "a directory file holds no secrets: `mandate applications set` takes them")
        }
        let fields = try entry.fields([
            "id", "name", "provider", "tenant", "client_id", "secret_expires", "domains", "certificate", "service_account",
            "federated_credential", "licences",
        ])
        let (id, name): (ApplicationID, String) = try identity(fields)
        let provider = try providerNames.find(fields.required("provider"))
        var domains: [Domain] = []
        for item in try fields.items("domains") { domains.append(try item.domain()) }
        let application = Application(
            id: id, name: name, provider: provider, tenant: try fields.line("tenant") ?? "",
            clientID: try fields.required("client_id").line(), secretExpires: try fields["secret_expires"]?.date(), domains: domains,
            certificate: try fields["certificate"]?.text(), serviceAccount: try serviceAccount(fields),
            federatedCredential: try federatedCredential(fields),
            licences: try fields["licences"].map { reader throws(DocumentError) in
                Int(try reader.number(in: 1...Int64(Application.mostLicences)))
            })
        if application.tenant.isEmpty, providers[provider]?.wantsTenant == true {
            throw fields.at("tenant", "it is missing: the token endpoint of \(provider) contains it", .invalid)
        }
        if !application.tenant.isEmpty, !Application.isTenant(application.tenant) {
            throw fields.at("tenant", "a tenant is a directory id or a domain: letters, digits, dots, hyphens and underscores", .malformed)
        }
        try applicationNames.add(id, name: name, at: entry.path)
        applications[id] = application
        entities.append(.application(application))
    }

    private func serviceAccount(_ fields: DocumentFields) throws(DocumentError) -> ServiceAccount? {
        guard let fields = try fields["service_account"]?.fields(["address", "key_id"]) else { return nil }
        return ServiceAccount(address: try fields.required("address").line(), keyID: try fields.required("key_id").line())
    }

    private func federatedCredential(_ fields: DocumentFields) throws(DocumentError) -> FederatedCredential? {
        guard let entry = fields["federated_credential"] else { return nil }
        let fields = try entry.fields(["file", "address", "headers", "member"])
        let (path, url) = (try fields["file"]?.line(), try fields["address"]?.line())
        var headers: [String] = []
        for item in try fields.items("headers") { headers.append(try item.line()) }
        let credential: FederatedCredential
        switch (path, url) {
        case (let path?, nil):
            guard headers.isEmpty, fields["member"] == nil else {
                throw fields.at("file", "headers and a member belong to an address", .malformed)
            }
            credential = .file(path)
        case (nil, let url?):
            credential = .address(FederatedTokenAddress(url: url, headers: headers, member: try fields.line("member")))
        case (nil, nil), (_?, _?): throw entry.malformed("the token is in a file or at an address, one of them")
        }
        do throws(FederatedCredentialError) { try credential.check() } catch { throw entry.malformed(error.description) }
        return credential
    }

    mutating func readGrant(_ entry: DocumentReader) throws(DocumentError) {
        let fields = try entry.fields(["id", "name", "kind", "application", "principal", "pin", "command", "enabled"] + Stewardship.keys)
        let (id, name): (GrantID, String) = try identity(fields)
        let grant = Grant(
            id: id, name: name, kind: try kind(fields.required("kind")),
            application: try applicationNames.find(fields.required("application")), principal: try fields.line("principal"),
            isEnabled: try fields.flag("enabled", default: true), pin: try pin(fields), command: try command(fields),
            stewardship: try fields.stewardship())
        try check(grant, fields)
        try grantNames.add(id, name: name, at: entry.path)
        grants[id] = grant
        entities.append(.grant(grant))
    }

    private func kind(_ reader: DocumentReader) throws(DocumentError) -> Grant.Kind {
        guard reader.value != .text("password") else {
            throw reader.malformed(
                "a password is no grant: it would have to be kept and sent for ever, providers refuse it (RFC 9700 section 2.4), and a second factor ends "
                    + "it; use consent or app-only")
        }
        return try reader.choice(Grant.Kind.self)
    }

    /// What goes with its kind and with its application.
    private func check(_ grant: Grant, _ fields: DocumentFields) throws(DocumentError) {
        if grant.kind == .command {
            guard let program = grant.command.first, !program.isEmpty else {
                throw fields.at("command", "a grant of the kind command needs the program that prints its tokens", .malformed)
            }
            guard program.hasPrefix("/") || !program.contains("/") else {
                throw fields.at("command", "\(program) is not a whole path: the service runs in another folder", .malformed)
            }
        } else if !grant.command.isEmpty {
            throw fields.at("command", "a program is for grants of the kind command", .malformed)
        }
        if grant.kind != .consent, grant.principal != nil {
            throw fields.at(
                "principal", "a grant of the kind \(grant.kind.rawValue) is nobody's consent, so it has no principal", .malformed)
        }
        guard let application = applications[grant.application] else { return }
        if grant.kind == .serviceAccount, application.serviceAccount == nil {
            throw fields.at(
                "application", "application \(application.title) has no service account", .invalid,
                fix: "`mandate applications set \(application.id) --service-account-key FILE` takes the file that Google gave")
        }
        if application.serviceAccount != nil, grant.kind == .appOnly || grant.kind == .consent {
            throw fields.at(
                "kind", "application \(application.title) is a service account, which signs for each mailbox", .invalid,
                fix:
                    "make the grant service-account; \(grant.kind.rawValue) needs an application with a client id and a secret or certificate"
            )
        }
    }

    private func pin(_ fields: DocumentFields) throws(DocumentError) -> PrincipalPin? {
        guard let fields = try fields["pin"]?.fields(["realm", "subject"]) else { return nil }
        return PrincipalPin(realm: try fields.required("realm").line(), subject: try fields.required("subject").line())
    }

    private func command(_ fields: DocumentFields) throws(DocumentError) -> [String] {
        var words: [String] = []
        for item in try fields.items("command") { words.append(try item.text()) }
        return words
    }
}

extension DocumentFields {
    func stewardship() throws(DocumentError) -> Stewardship {
        Stewardship(owner: try line("owner") ?? "", purpose: try line("purpose") ?? "", review: try self["review"]?.date())
    }
}
