internal import Mail

/// Providers, applications, grants: whom tokens are had from.
extension DirectoryReader {
    mutating func readProviders(_ root: DocumentFields) throws(DocumentError) {
        for provider in Provider.builtIn { providers[provider.id] = provider }
        var written: [ProviderID] = []
        for entry in try root.items("providers") {
            let provider = try provider(entry)
            guard !written.contains(provider.id) else { throw entry.problem("there are two providers with the id \"\(provider.id)\"") }
            written.append(provider.id)
            providers[provider.id] = provider
        }
        for provider in providers.values.sorted(by: { $0.id < $1.id }) {
            try providerNames.add(provider.id, name: provider.name, at: "providers")
            entities.append(.provider(provider))
        }
    }

    /// An entry with the id of a built-in provider changes only what it names.
    private func provider(_ entry: DocumentReader) throws(DocumentError) -> Provider {
        let fields = try entry.fields(["id", "kind", "name", "token_endpoint", "smtp", "habits", "trusted_certificates"])
        let id: ProviderID = try identifier(fields.required("id"))
        let base = Provider.builtIn.first { $0.id == id }
        var provider = Provider(
            id: id, kind: try fields["kind"]?.choice(ProviderKind.self) ?? base?.kind ?? .custom,
            name: try fields.line("name") ?? base?.name ?? id.text, tokenEndpoint: base?.tokenEndpoint ?? "", smtp: base?.smtp,
            habits: base?.habits ?? .unknown, trustedCertificates: try fields["trusted_certificates"]?.text())
        if let endpoint = fields["token_endpoint"] {
            let url = try endpoint.line()
            guard url.hasPrefix("https://") || url.hasPrefix("http://"), url.utf8.count > 8, !url.contains(" ") else {
                throw endpoint.expected("an https address")
            }
            provider.tokenEndpoint = url
        } else if base == nil {
            throw fields.problem("token_endpoint is missing")
        }
        if let smtp = fields["smtp"] { provider.smtp = try endpoint(smtp) }
        if let habits = fields["habits"] { try read(habits, into: &provider.habits) }
        return provider
    }

    private func endpoint(_ reader: DocumentReader) throws(DocumentError) -> SMTPEndpoint {
        let fields = try reader.fields(["host", "port", "security"])
        let security = try fields["security"]?.choice(SMTPEndpoint.Security.self) ?? .startTLS
        // RFC 8314 section 7.3 and RFC 6409: the two ports of submission.
        let port = try fields["port"]?.number(in: 1...65535) ?? (security == .implicit ? 465 : 587)
        return SMTPEndpoint(host: try fields.required("host").domain().ascii, port: Int(port), security: security)
    }

    private func read(_ reader: DocumentReader, into habits: inout ProviderHabits) throws(DocumentError) {
        let fields = try reader.fields([
            "smtp_scopes", "refuses_several_authors", "replaces_unlisted_from", "propagation_seconds", "takes_null_sender",
            "old_refresh_token_works",
        ])
        if let scopes = try fields["smtp_scopes"]?.fields(["delegated", "app_only"]) {
            if let delegated = try scopes.line("delegated") { habits.smtpScopes.delegated = delegated }
            if let appOnly = try scopes.line("app_only") { habits.smtpScopes.appOnly = appOnly }
        }
        habits.refusesSeveralAuthors = try fields.flag("refuses_several_authors", default: habits.refusesSeveralAuthors)
        habits.replacesUnlistedFrom = try fields.flag("replaces_unlisted_from", default: habits.replacesUnlistedFrom)
        // A week: what takes longer is not on its way.
        if let seconds = try fields["propagation_seconds"]?.number(in: 0...604_800) { habits.propagation = Double(seconds) }
        habits.takesNullSender = try fields.flag("takes_null_sender", default: habits.takesNullSender)
        habits.oldRefreshTokenWorks = try fields.flag("old_refresh_token_works", default: habits.oldRefreshTokenWorks)
    }

    mutating func readApplication(_ entry: DocumentReader) throws(DocumentError) {
        if case .map(let entries) = entry.value, let secret = entries.first(where: { ["secret", "client_secret"].contains($0.key) }) {
            throw DocumentError("\(entry.path).\(secret.key)", "a directory file holds no secrets: `mandate applications set` takes them")
        }
        let fields = try entry.fields(["id", "name", "provider", "tenant", "client_id", "secret_expires", "domains"])
        let (id, name): (ApplicationID, String) = try identity(fields)
        let provider = try providerNames.find(fields.required("provider"))
        var domains: [Domain] = []
        for item in try fields.items("domains") { domains.append(try item.domain()) }
        let application = Application(
            id: id, name: name, provider: provider, tenant: try fields.line("tenant") ?? "",
            clientID: try fields.required("client_id").line(), secretExpires: try fields["secret_expires"]?.date(), domains: domains)
        if application.tenant.isEmpty, providers[provider]?.tokenEndpoint.contains("{tenant}") == true {
            throw fields.problem("tenant is missing: the token endpoint of \(provider) contains it")
        }
        if !application.tenant.isEmpty, !Application.isTenant(application.tenant) {
            throw fields.problem("tenant must be a directory id or a domain: letters, digits, dots, hyphens and underscores")
        }
        try applicationNames.add(id, name: name, at: entry.path)
        applications[id] = application
        entities.append(.application(application))
    }

    mutating func readGrant(_ entry: DocumentReader) throws(DocumentError) {
        let fields = try entry.fields(["id", "name", "kind", "application", "principal", "enabled"])
        let (id, name): (GrantID, String) = try identity(fields)
        let grant = Grant(
            id: id, name: name, kind: try fields.required("kind").choice(Grant.Kind.self),
            application: try applicationNames.find(fields.required("application")), principal: try fields.line("principal"),
            isEnabled: try fields.flag("enabled", default: true))
        if grant.kind == .appOnly, let principal = fields["principal"] {
            throw principal.problem("no person consents to an app-only grant: leave principal out")
        }
        try grantNames.add(id, name: name, at: entry.path)
        grants[id] = grant
        entities.append(.grant(grant))
    }
}

extension ProviderHabits {
    /// What is assumed of a provider nobody has described: nothing that could lose a message or a token.
    package static let unknown = ProviderHabits(
        smtpScopes: SMTPScopes(delegated: "", appOnly: ""), refusesSeveralAuthors: false, replacesUnlistedFrom: false, propagation: 0,
        takesNullSender: false, oldRefreshTokenWorks: false)
}
