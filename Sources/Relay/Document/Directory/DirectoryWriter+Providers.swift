/// A provider in the words of the file: all it has, so that a file says by itself where secrets go.
extension DirectoryWriter {
    /// What a built-in provider has and this entry of it has not is said, or reading would put it back.
    func value(_ provider: Provider) -> DocumentValue {
        let value = own(provider)
        return Provider.builtIn.first { $0.id == provider.id }.map { value.denying(own($0)) } ?? value
    }

    private func own(_ provider: Provider) -> DocumentValue {
        var map = MapWriter()
        map.add("id", provider.id.text)
        map.add("kind", provider.kind.rawValue)
        map.add("name", provider.name)
        map.add("token_endpoint", provider.tokenEndpoint)
        map.add("authorization", value(provider.authorization))
        for (key, endpoint) in [("smtp", provider.smtp), ("imap", provider.imap), ("pop", provider.pop)] {
            if let endpoint { map.add(key, value(endpoint)) }
        }
        for transport in provider.apis.keys.sorted() { map.add("\(transport.rawValue)_api", provider.apis[transport]) }
        var scopes = MapWriter()
        for resource in TokenResource.allCases {
            guard let pair = provider.scopes[resource] else { continue }
            var entry = MapWriter()
            if !pair.delegated.isEmpty { entry.add("delegated", pair.delegated) }
            if !pair.appOnly.isEmpty { entry.add("app_only", pair.appOnly) }
            scopes.add(resource.rawValue, entry.value)
        }
        map.add("scopes", scopes.value)
        map.add("limits", value(provider.limits))
        map.add("habits", value(provider.habits))
        if !provider.mayReceiveSecrets { map.add("may_receive_secrets", .flag(false)) }
        map.add("trusted_certificates", provider.trustedCertificates)
        return map.value
    }

    private func value(_ server: AuthorizationServer) -> DocumentValue {
        var map = MapWriter()
        map.add("issuer", server.issuer)
        map.add("authorization_endpoint", server.authorizationEndpoint)
        map.add("device_endpoint", server.deviceEndpoint)
        map.add("revocation_endpoint", server.revocationEndpoint)
        map.add("userinfo_endpoint", server.userinfoEndpoint)
        map.add("keys_endpoint", server.keysEndpoint)
        map.add("wants_basic", .flag(server.wantsBasic))
        map.add("promises_issuer", .flag(server.promisesIssuer))
        if !server.identityScopes.isEmpty { map.add("identity_scopes", server.identityScopes) }
        if !server.parameters.isEmpty {
            map.add("parameters", .map(server.parameters.sorted { $0.key < $1.key }.map { .init($0.key, .text($0.value)) }))
        }
        return map.value
    }

    private func value(_ endpoint: MailEndpoint) -> DocumentValue {
        var map = MapWriter()
        map.add("host", endpoint.host)
        map.add("port", .number(Int64(endpoint.port)))
        map.add("security", endpoint.security.rawValue)
        return map.value
    }

    private func value(_ limits: ProviderLimits) -> DocumentValue {
        var map = MapWriter()
        let numbers = [
            ("connections", limits.connections), ("messages_per_minute", limits.messagesPerMinute),
            ("recipients_per_day", limits.recipientsPerDay), ("recipients_per_message", limits.recipientsPerMessage),
            ("message_size", limits.messageSize), ("tenant_recipients_per_day", limits.tenantRecipientsPerDay),
            ("requests_at_once", limits.requestsAtOnce), ("request_size", limits.requestSize),
        ]
        for (key, number) in numbers { if let number { map.add(key, .number(Int64(number))) } }
        return map.value
    }

    private func value(_ habits: ProviderHabits) -> DocumentValue {
        var map = MapWriter()
        map.add("refuses_several_authors", .flag(habits.refusesSeveralAuthors))
        map.add("replaces_unlisted_from", .flag(habits.replacesUnlistedFrom))
        map.add("propagation_seconds", .number(Int64(habits.propagation)))
        map.add("takes_null_sender", .flag(habits.takesNullSender))
        map.add("old_refresh_token_works", .flag(habits.oldRefreshTokenWorks))
        if let life = habits.unusedConsentLife { map.add("unused_consent_days", .number(Int64(life / 86_400))) }
        map.add("password_ends_consent", .flag(habits.passwordEndsConsent))
        map.add("allows_device_flow", .flag(habits.allowsDeviceFlow))
        map.add("sends_alias_as_primary", .list(habits.sendsAliasAsPrimary.sorted().map { .text($0.rawValue) }))
        return map.value
    }
}

extension DocumentValue {
    /// With null for each key of the other that it lacks, in the maps that both have. Parameters are one value, read whole.
    fileprivate func denying(_ other: DocumentValue) -> DocumentValue {
        guard case .map(let own) = self, case .map(let others) = other else { return self }
        let kept = own.map { entry in
            Entry(entry.key, entry.key == "parameters" ? entry.value : other[entry.key].map(entry.value.denying) ?? entry.value)
        }
        return .map(kept + others.filter { self[$0.key] == nil }.map { Entry($0.key, .null) })
    }
}
