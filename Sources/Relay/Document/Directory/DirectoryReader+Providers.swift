internal import Mail

/// Providers: an entry with the id of a built-in one changes only what it names; null says that there is none.
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

    /// An entry with the id of a built-in provider changes only what it names; `isWhole`: it says all there is, and what it leaves out is not there.
    func provider(_ entry: DocumentReader, isWhole: Bool = false) throws(DocumentError) -> Provider {
        let fields = try entry.fields([
            "id", "kind", "name", "token_endpoint", "authorization", "smtp", "imap", "pop", "graph_api", "gmail_api", "scopes", "limits",
            "habits",
            "may_receive_secrets",
            "trusted_certificates",
        ])
        let id: ProviderID = try identifier(fields.required("id"))
        let base = isWhole ? nil : Provider.builtIn.first { $0.id == id }
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
            throw DocumentError(fields.path, "token_endpoint is missing: where tokens are had", .malformed)
        }
        if let server = fields["authorization"] { try read(server, into: &provider.authorization) }
        try fields.read("smtp", into: &provider.smtp) { smtp throws(DocumentError) in try endpoint(smtp, implicit: 465, startTLS: 587) }
        try fields.read("imap", into: &provider.imap) { imap throws(DocumentError) in try endpoint(imap, implicit: 993, startTLS: 143) }
        try fields.read("pop", into: &provider.pop) { pop throws(DocumentError) in try endpoint(pop, implicit: 995, startTLS: 110) }
        try fields.read("graph_api", into: &provider.apis[.graph]) { graph throws(DocumentError) in try graph.url() }
        try fields.read("gmail_api", into: &provider.apis[.gmail]) { gmail throws(DocumentError) in try gmail.url() }
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
        try fields.read("unused_consent_days", into: &habits.unusedConsentLife) { days throws(DocumentError) in
            Double(try days.number(in: 1...36_500)) * 86_400
        }
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
            "promises_issuer", "wants_basic", "identity_scopes", "parameters",
        ])
        let url = { (reader: DocumentReader) throws(DocumentError) in try reader.url() }
        try fields.read("issuer", into: &server.issuer, url)
        try fields.read("authorization_endpoint", into: &server.authorizationEndpoint, url)
        try fields.read("device_endpoint", into: &server.deviceEndpoint, url)
        try fields.read("revocation_endpoint", into: &server.revocationEndpoint, url)
        try fields.read("userinfo_endpoint", into: &server.userinfoEndpoint, url)
        try fields.read("keys_endpoint", into: &server.keysEndpoint, url)
        server.promisesIssuer = try fields.flag("promises_issuer", default: server.promisesIssuer)
        server.wantsBasic = try fields.flag("wants_basic", default: server.wantsBasic)
        server.identityScopes = try fields.line("identity_scopes") ?? (fields.says("identity_scopes") ? "" : server.identityScopes)
        if fields.says("parameters") { server.parameters = [:] }
        guard let parameters = try fields["parameters"]?.fields() else { return }
        for entry in parameters.all {
            let name = entry.path.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init) ?? ""
            try check(parameter: name, entry)
            server.parameters[name] = try entry.line()
        }
    }

    /// What every authorisation request has (RFC 6749 section 4.1.1, RFC 7636, OpenID Connect Core 3.1.2.1).
    private static let sentAnyway: Set = [
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "response_mode",
        "login_hint",
    ]

    /// It goes into the address as it is.
    private func check(parameter name: String, _ place: DocumentReader) throws(DocumentError) {
        guard !name.isEmpty, name.utf8.allSatisfy({ $0.isParameterByte }) else {
            throw place.malformed("a parameter's name has letters, digits, hyphens and underscores")
        }
        guard !Self.sentAnyway.contains(name) else {
            throw place.malformed("\(name) is sent anyway, and has to be what the consent needs")
        }
    }

    private func read(_ reader: DocumentReader, into scopes: inout [TokenResource: Scopes]) throws(DocumentError) {
        let fields = try reader.fields(TokenResource.allCases.map(\.rawValue))
        for resource in TokenResource.allCases {
            let before = scopes[resource]
            try fields.read(resource.rawValue, into: &scopes[resource]) { reader throws(DocumentError) in
                let pair = try reader.fields(["delegated", "app_only"])
                return Scopes(
                    delegated: try pair.line("delegated") ?? (pair.says("delegated") ? "" : before?.delegated ?? ""),
                    appOnly: try pair.line("app_only") ?? (pair.says("app_only") ? "" : before?.appOnly ?? ""))
            }
            // A resource without any scope is one that the provider does not have.
            if let found = scopes[resource], found.delegated.isEmpty, found.appOnly.isEmpty { scopes[resource] = nil }
        }
    }

    private func read(_ reader: DocumentReader, into limits: inout ProviderLimits) throws(DocumentError) {
        let fields = try reader.fields([
            "connections", "messages_per_minute", "recipients_per_day", "recipients_per_message", "message_size",
            "tenant_recipients_per_day", "requests_at_once", "request_size",
        ])
        // Of everything, a thousand million is no limit any more.
        let number = { (reader: DocumentReader) throws(DocumentError) in Int(try reader.number(in: 1...1_000_000_000)) }
        try fields.read("connections", into: &limits.connections, number)
        try fields.read("messages_per_minute", into: &limits.messagesPerMinute, number)
        try fields.read("recipients_per_day", into: &limits.recipientsPerDay, number)
        try fields.read("recipients_per_message", into: &limits.recipientsPerMessage, number)
        try fields.read("message_size", into: &limits.messageSize, number)
        try fields.read("tenant_recipients_per_day", into: &limits.tenantRecipientsPerDay, number)
        try fields.read("requests_at_once", into: &limits.requestsAtOnce, number)
        try fields.read("request_size", into: &limits.requestSize, number)
    }
}

extension DocumentFields {
    /// Whether something stands there, be it that there is none: of a built-in provider that is not what an entry without the key says.
    fileprivate func says(_ key: String) -> Bool { entries.contains { $0.key == key } }

    fileprivate func read<Value>(
        _ key: String, into value: inout Value?, _ read: (DocumentReader) throws(DocumentError) -> Value
    ) throws(DocumentError) {
        guard says(key) else { return }
        value = try self[key].map { reader throws(DocumentError) in try read(reader) }
    }
}

extension DocumentReader {
    fileprivate func url() throws(DocumentError) -> String {
        let text = try line()
        do throws(EndpointError) { return try EndpointAddress(text).text } catch { throw expected("an https address (\(error))") }
    }
}

extension UInt8 {
    fileprivate var isParameterByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension ProviderHabits {
    /// What is assumed of a provider nobody has described: nothing that could lose a message or a token.
    package static let unknown = ProviderHabits(
        refusesSeveralAuthors: false, replacesUnlistedFrom: false, propagation: 0, takesNullSender: false, oldRefreshTokenWorks: false,
        sendsAliasAsPrimary: [.graph])
}
