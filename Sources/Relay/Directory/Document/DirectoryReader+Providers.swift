internal import Mail

/// Providers: an entry with the id of a built-in one changes only what it names.
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
    func provider(_ entry: DocumentReader) throws(DocumentError) -> Provider {
        let fields = try entry.fields([
            "id", "kind", "name", "token_endpoint", "authorization", "smtp", "imap", "pop", "graph_api", "gmail_api", "scopes", "limits",
            "habits",
            "may_receive_secrets",
            "trusted_certificates",
        ])
        let id: ProviderID = try identifier(fields.required("id"))
        let base = Provider.builtIn.first { $0.id == id }
        var provider = Provider(
            id: id, kind: try fields["kind"]?.choice(ProviderKind.self) ?? base?.kind ?? .custom,
            name: try fields.line("name") ?? base?.name ?? id.text, tokenEndpoint: base?.tokenEndpoint ?? "",
            authorization: base?.authorization ?? AuthorizationServer(), smtp: base?.smtp, imap: base?.imap, pop: base?.pop,
            apis: base?.apis ?? [:],
            scopes: base?.scopes ?? [:], limits: base?.limits ?? ProviderLimits(), habits: base?.habits ?? .unknown,
            mayReceiveSecrets: try fields.flag("may_receive_secrets", default: true),
            trustedCertificates: try fields["trusted_certificates"]?.text())
        if let endpoint = fields["token_endpoint"] {
            provider.tokenEndpoint = try endpoint.url()
        } else if base == nil {
            throw fields.problem("token_endpoint is missing")
        }
        if let server = fields["authorization"] { try read(server, into: &provider.authorization) }
        if let smtp = fields["smtp"] { provider.smtp = try endpoint(smtp, implicit: 465, startTLS: 587) }
        if let imap = fields["imap"] { provider.imap = try endpoint(imap, implicit: 993, startTLS: 143) }
        if let pop = fields["pop"] { provider.pop = try endpoint(pop, implicit: 995, startTLS: 110) }
        if let graph = fields["graph_api"] { provider.apis[.graph] = try graph.url() }
        if let gmail = fields["gmail_api"] { provider.apis[.gmail] = try gmail.url() }
        if let scopes = fields["scopes"] { try read(scopes, into: &provider.scopes) }
        if let limits = fields["limits"] { try read(limits, into: &provider.limits) }
        if let habits = fields["habits"] { try read(habits, into: &provider.habits) }
        return provider
    }

    private func endpoint(_ reader: DocumentReader, implicit: Int64, startTLS: Int64) throws(DocumentError) -> MailEndpoint {
        let fields = try reader.fields(["host", "port", "security"])
        let security = try fields["security"]?.choice(MailEndpoint.Security.self) ?? .startTLS
        let port = try fields["port"]?.number(in: 1...65535) ?? (security == .implicit ? implicit : startTLS)
        return MailEndpoint(host: try fields.required("host").domain().ascii, port: Int(port), security: security)
    }

    private func read(_ reader: DocumentReader, into habits: inout ProviderHabits) throws(DocumentError) {
        let fields = try reader.fields([
            "refuses_several_authors", "replaces_unlisted_from", "propagation_seconds", "takes_null_sender", "old_refresh_token_works",
            "unused_consent_days", "password_ends_consent", "allows_device_flow", "sends_alias_as_primary",
        ])
        habits.refusesSeveralAuthors = try fields.flag("refuses_several_authors", default: habits.refusesSeveralAuthors)
        habits.replacesUnlistedFrom = try fields.flag("replaces_unlisted_from", default: habits.replacesUnlistedFrom)
        // A week: what takes longer is not on its way.
        if let seconds = try fields["propagation_seconds"]?.number(in: 0...604_800) { habits.propagation = Double(seconds) }
        habits.takesNullSender = try fields.flag("takes_null_sender", default: habits.takesNullSender)
        habits.oldRefreshTokenWorks = try fields.flag("old_refresh_token_works", default: habits.oldRefreshTokenWorks)
        if let days = try fields["unused_consent_days"]?.number(in: 1...36_500) { habits.unusedConsentLife = Double(days) * 86_400 }
        habits.passwordEndsConsent = try fields.flag("password_ends_consent", default: habits.passwordEndsConsent)
        habits.allowsDeviceFlow = try fields.flag("allows_device_flow", default: habits.allowsDeviceFlow)
        if let transports = try fields["sends_alias_as_primary"]?.items() {
            habits.sendsAliasAsPrimary = []
            for transport in transports { habits.sendsAliasAsPrimary.insert(try transport.choice(Transport.self)) }
        }
    }

    private func read(_ reader: DocumentReader, into server: inout AuthorizationServer) throws(DocumentError) {
        let fields = try reader.fields([
            "issuer", "authorization_endpoint", "device_endpoint", "revocation_endpoint", "userinfo_endpoint", "keys_endpoint",
            "promises_issuer", "identity_scopes", "parameters",
        ])
        server.issuer = try fields["issuer"]?.url() ?? server.issuer
        server.authorizationEndpoint = try fields["authorization_endpoint"]?.url() ?? server.authorizationEndpoint
        server.deviceEndpoint = try fields["device_endpoint"]?.url() ?? server.deviceEndpoint
        server.revocationEndpoint = try fields["revocation_endpoint"]?.url() ?? server.revocationEndpoint
        server.userinfoEndpoint = try fields["userinfo_endpoint"]?.url() ?? server.userinfoEndpoint
        server.keysEndpoint = try fields["keys_endpoint"]?.url() ?? server.keysEndpoint
        server.promisesIssuer = try fields.flag("promises_issuer", default: server.promisesIssuer)
        server.wantsBasic = try fields.flag("wants_basic", default: server.wantsBasic)
        server.identityScopes = try fields.line("identity_scopes") ?? server.identityScopes
        guard let parameters = try fields["parameters"]?.fields() else { return }
        server.parameters = [:]
        for entry in parameters.entries {
            server.parameters[entry.key] = try DocumentReader(entry.value, path: "\(parameters.path).\(entry.key)").line()
        }
    }

    private func read(_ reader: DocumentReader, into scopes: inout [TokenResource: Scopes]) throws(DocumentError) {
        let fields = try reader.fields(TokenResource.allCases.map(\.rawValue))
        for resource in TokenResource.allCases {
            guard let pair = try fields[resource.rawValue]?.fields(["delegated", "app_only"]) else { continue }
            scopes[resource] = Scopes(
                delegated: try pair.line("delegated") ?? scopes[resource]?.delegated ?? "",
                appOnly: try pair.line("app_only") ?? scopes[resource]?.appOnly ?? "")
        }
    }

    private func read(_ reader: DocumentReader, into limits: inout ProviderLimits) throws(DocumentError) {
        let fields = try reader.fields([
            "connections", "messages_per_minute", "recipients_per_day", "recipients_per_message", "message_size",
            "tenant_recipients_per_day", "requests_at_once", "request_size",
        ])
        // Of everything, a thousand million is no limit any more.
        func number(_ key: String, _ usual: Int?) throws(DocumentError) -> Int? {
            try fields[key].map { reader throws(DocumentError) in Int(try reader.number(in: 1...1_000_000_000)) } ?? usual
        }
        limits.connections = try number("connections", limits.connections)
        limits.messagesPerMinute = try number("messages_per_minute", limits.messagesPerMinute)
        limits.recipientsPerDay = try number("recipients_per_day", limits.recipientsPerDay)
        limits.recipientsPerMessage = try number("recipients_per_message", limits.recipientsPerMessage)
        limits.messageSize = try number("message_size", limits.messageSize)
        limits.tenantRecipientsPerDay = try number("tenant_recipients_per_day", limits.tenantRecipientsPerDay)
        limits.requestsAtOnce = try number("requests_at_once", limits.requestsAtOnce)
        limits.requestSize = try number("request_size", limits.requestSize)
    }
}

extension DocumentReader {
    fileprivate func url() throws(DocumentError) -> String {
        let text = try line()
        do throws(EndpointError) { return try EndpointAddress(text).text } catch { throw expected("an https address (\(error))") }
    }
}

extension ProviderHabits {
    /// What is assumed of a provider nobody has described: nothing that could lose a message or a token.
    package static let unknown = ProviderHabits(
        refusesSeveralAuthors: false, replacesUnlistedFrom: false, propagation: 0, takesNullSender: false, oldRefreshTokenWorks: false,
        sendsAliasAsPrimary: [.graph])
}
