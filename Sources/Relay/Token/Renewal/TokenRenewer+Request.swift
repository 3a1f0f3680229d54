/// What a grant asks with: the one place that knows what each kind of grant needs.
extension TokenRenewer {
    /// Looked at before any token is given, a stored one too: they go to the mail server.
    func check(_ source: GrantSource) throws(TokenFailure) {
        guard source.grant.isEnabled else { throw .missing("the grant \(source.grant.name) is disabled") }
        guard source.provider.mayReceiveSecrets else {
            throw .missing(
                "\(source.provider.name) came from a file, so no secret is sent to it: look at `mandate providers show \(source.provider.id)`, then "
                    + "`mandate providers trust \(source.provider.id)`")
        }
    }

    func answer(_ key: TokenKey, _ credentials: Credentials) async throws(TokenFailure) -> TokenAnswer {
        let source = credentials.source
        guard source.grant.kind != .command else {
            guard !source.grant.command.isEmpty else { throw .missing("the grant \(source.grant.name) names no program") }
            return try await runCommand(source.grant.command)
        }
        return try await request(try tokenRequest(key, credentials))
    }

    private func tokenRequest(_ key: TokenKey, _ credentials: Credentials) throws(TokenFailure) -> TokenRequest {
        let source = credentials.source
        let kind: TokenRequest.Kind
        let authentication: ClientAuthentication
        switch source.grant.kind {
        case .appOnly:
            kind = .clientCredentials
            authentication = try source.authentication(credentials, vault)
            if case .none = authentication { throw source.lacks("secret or certificate", option: "--secret-from FILE") }
        case .consent:
            guard let refresh = try vault.opened(credentials.refreshToken, SecretName(.refreshToken, of: key.grant.text)) else {
                throw .grant(error: "consent_required", detail: "nobody has consented to \(source.grant.name) yet")
            }
            kind = .refresh(refresh)
            authentication = try source.authentication(credentials, vault)
        case .serviceAccount:
            guard let account = source.application.serviceAccount,
                let privateKey = try vault.opened(credentials.privateKey, SecretName(.privateKey, of: source.application.id.text))
            else { throw source.lacks("service account key", option: "--service-account-key FILE") }
            guard let subject = key.subject else { throw .missing("a service account's token is for one mailbox: name it") }
            kind = .serviceAccount(account, key: privateKey, subject: subject)
            authentication = .none
        case .command:
            throw .missing("the grant \(source.grant.name) runs a program")
        }
        return TokenRequest(
            endpoint: source.provider.address(source.provider.tokenEndpoint, tenant: source.application.tenant), kind: kind,
            clientID: source.application.clientID, authentication: authentication, scope: try source.scope(of: key.resource),
            trustedCertificates: source.provider.trustedCertificates)
    }
}

extension Vault {
    package func opened(_ sealed: Sealed?, _ name: SecretName) throws(TokenFailure) -> Secret? {
        guard let sealed else { return nil }
        do throws(VaultError) { return try open(sealed, for: name) } catch { throw .missing(error.description) }
    }
}

extension AuthorizationServer {
    /// The way it takes a secret.
    package func authentication(_ secret: Secret) -> ClientAuthentication { wantsBasic ? .basic(secret) : .secret(secret) }
}
