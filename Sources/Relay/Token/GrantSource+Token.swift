/// What a token is asked for with, and which one opens a mailbox.
extension GrantSource {
    /// The token that opens this login's mailbox: a service account has one for each, every other grant one for all.
    package func key(_ resource: TokenResource, login: String?) -> TokenKey {
        TokenKey(grant: grant.id, resource: resource, subject: grant.kind == .serviceAccount ? login : nil)
    }

    /// What to ask for, so that the token opens this and no more.
    package func scope(of resource: TokenResource) throws(TokenFailure) -> String {
        let scopes = provider.scopes[resource]
        let scope = grant.kind == .consent ? scopes?.delegated : scopes?.appOnly
        guard let scope, !scope.isEmpty else {
            throw .missing("\(provider.name) names no scope for \(resource.rawValue) and a grant of kind \(grant.kind.rawValue)")
        }
        return scope
    }

    package func authentication(_ credentials: Credentials, _ vault: Vault) throws(TokenFailure) -> ClientAuthentication {
        if let credential = application.federatedCredential { return .federated(credential) }
        if let certificate = application.certificate {
            guard let key = try vault.opened(credentials.privateKey, SecretName(.privateKey, of: application.id.text)) else {
                throw lacks("private key", option: "--certificate FILE --key-from FILE")
            }
            return .certificate(certificate, key: key)
        }
        let secret = try vault.opened(credentials.clientSecret, SecretName(.clientSecret, of: application.id.text))
        return secret.map { provider.authorization.authentication($0) } ?? .none
    }

    /// As the provider would put it, so that mail takes the next route until someone has given it.
    func lacks(_ what: String, option: String) -> TokenFailure {
        .application(
            error: "invalid_client", detail: "\(application.name) has no \(what): `mandate applications set \(application.id) \(option)`")
    }
}
