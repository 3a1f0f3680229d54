/// Tells providers that consents are over (RFC 7009).
package protocol ConsentRevoker: Sendable {
    /// What is needed to tell of these grants, read while it is still kept.
    func withdrawals(of grants: [Grant], in directory: Directory) async throws -> [ConsentWithdrawal]
    /// Tells them, one after the other, and says of each what became of it; a provider that cannot be reached stops nothing.
    func end(_ withdrawals: [ConsentWithdrawal]) async -> [String]
}

/// A consent that ends, and how its provider is told.
package struct ConsentWithdrawal: Sendable {
    let name: String
    let provider: Provider
    /// nil: it has no way to be told, or may not be told secrets.
    let request: RevocationRequest?
}

/// Ends consents at the providers' revocation endpoints.
package struct Revoker: ConsentRevoker {
    private let store: any TokenStore
    private let vault: Vault
    private let revoke: RequestRevocation

    package init(store: any TokenStore, vault: Vault, revoke: @escaping RequestRevocation) {
        self.store = store
        self.vault = vault
        self.revoke = revoke
    }

    package func withdrawals(of grants: [Grant], in directory: Directory) async throws -> [ConsentWithdrawal] {
        var withdrawals: [ConsentWithdrawal] = []
        for grant in grants.sorted(by: { $0.id < $1.id }) where grant.kind == .consent {
            let name = SecretName(.refreshToken, of: grant.id.text)
            guard let source = directory.source(of: grant.id), let sealed = try await store.secret(name) else { continue }
            let request = try await request(source, try? vault.open(sealed, for: name))
            withdrawals.append(ConsentWithdrawal(name: grant.name, provider: source.provider, request: request))
        }
        return withdrawals
    }

    /// A token that does not open any more cannot be told of.
    private func request(_ source: GrantSource, _ token: Secret?) async throws -> RevocationRequest? {
        guard let token, let endpoint = source.provider.authorization.revocationEndpoint, source.provider.mayReceiveSecrets,
            let credentials = try await store.credentials(of: source.grant.id)
        else { return nil }
        return RevocationRequest(
            endpoint: source.provider.address(endpoint, tenant: source.application.tenant), token: token,
            clientID: source.application.clientID, authentication: try source.authentication(credentials, vault),
            trustedCertificates: source.provider.trustedCertificates)
    }

    package func end(_ withdrawals: [ConsentWithdrawal]) async -> [String] {
        var outcomes: [String] = []
        for withdrawal in withdrawals { outcomes.append(await outcome(of: withdrawal)) }
        return outcomes
    }

    private func outcome(of withdrawal: ConsentWithdrawal) async -> String {
        let (name, provider) = (withdrawal.name, withdrawal.provider)
        guard let request = withdrawal.request else {
            let place =
                provider.kind == .microsoft
                ? "the user withdraws it at https://myapps.microsoft.com, an administrator under Enterprise applications, Permissions"
                : "its user withdraws it there"
            return "the consent \(name) is forgotten here; \(provider.name) has no way to be told: \(place)"
        }
        do throws(TokenFailure) {
            try await revoke(request)
            return "the consent \(name) was revoked at \(provider.name)"
        } catch {
            return
                "the consent \(name) is forgotten here, but could not be revoked at \(provider.name) (\(error)): its user withdraws it there"
        }
    }
}
