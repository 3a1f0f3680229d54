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
        ])
        let (id, name): (ApplicationID, String) = try identity(fields)
        let provider = try providerNames.find(fields.required("provider"))
        var domains: [Domain] = []
        for item in try fields.items("domains") { domains.append(try item.domain()) }
        let application = Application(
            id: id, name: name, provider: provider, tenant: try fields.line("tenant") ?? "",
            clientID: try fields.required("client_id").line(), secretExpires: try fields["secret_expires"]?.date(), domains: domains,
            certificate: try fields["certificate"]?.text(), serviceAccount: try serviceAccount(fields))
        if application.tenant.isEmpty, providers[provider]?.wantsTenant == true {
            throw fields.problem("tenant is missing: the token endpoint of \(provider) contains it")
        }
        if !application.tenant.isEmpty, !Application.isTenant(application.tenant) {
            throw fields.problem("tenant must be a directory id or a domain: letters, digits, dots, hyphens and underscores")
        }
        try applicationNames.add(id, name: name, at: entry.path)
        applications[id] = application
        entities.append(.application(application))
    }

    private func serviceAccount(_ fields: DocumentFields) throws(DocumentError) -> ServiceAccount? {
        guard let fields = try fields["service_account"]?.fields(["address", "key_id"]) else { return nil }
        return ServiceAccount(address: try fields.required("address").line(), keyID: try fields.required("key_id").line())
    }

    mutating func readGrant(_ entry: DocumentReader) throws(DocumentError) {
        let fields = try entry.fields(["id", "name", "kind", "application", "principal", "pin", "command", "enabled"])
        let (id, name): (GrantID, String) = try identity(fields)
        let grant = Grant(
            id: id, name: name, kind: try fields.required("kind").choice(Grant.Kind.self),
            application: try applicationNames.find(fields.required("application")), principal: try fields.line("principal"),
            isEnabled: try fields.flag("enabled", default: true), pin: try pin(fields), command: try command(fields))
        if grant.kind != .command, !grant.command.isEmpty, let command = fields["command"] {
            throw command.problem("it is for grants of the kind command alone")
        }
        if grant.kind == .appOnly, let principal = fields["principal"] {
            throw principal.problem("no person consents to an app-only grant: leave principal out")
        }
        try grantNames.add(id, name: name, at: entry.path)
        grants[id] = grant
        entities.append(.grant(grant))
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
