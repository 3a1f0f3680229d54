internal import Mail

/// Tries a credential at the provider before it is kept, while the one before still works: a slip of the hand would stop all mail of its application.
package protocol CredentialTester: Sendable {
    /// `application` as it is going to be.
    func outcome(of credential: CredentialTrial.Credential, for application: Application, in directory: Directory) async throws
        -> CredentialTrial.Outcome
}

/// Asks the provider for a token with a credential that nobody has kept yet, by a grant of its application that can be asked.
package struct CredentialTrial: CredentialTester {
    /// What an application shows itself with.
    package enum Credential: Sendable {
        case secret(Secret)
        case certificate(String, key: Secret)
        case serviceAccount(ServiceAccount, key: Secret)
        case federated(FederatedCredential)

        /// What is given with an application that is going to be so; nil: nothing new. `known`: as it is.
        init?(of application: Application, from known: Application?, _ secrets: [Plan.Secrecy]) {
            let secrets = Dictionary(secrets.compactMap { one in one.secret.map { (one.name.kind, $0) } }) { first, _ in first }
            if let secret = secrets[.clientSecret] {
                self = .secret(secret)
            } else if let key = secrets[.privateKey], let certificate = application.certificate {
                self = .certificate(certificate, key: key)
            } else if let key = secrets[.privateKey], let account = application.serviceAccount {
                self = .serviceAccount(account, key: key)
            } else if let credential = application.federatedCredential, credential != known?.federatedCredential {
                self = .federated(credential)
            } else {
                return nil
            }
        }

        fileprivate func authentication(at provider: Provider) -> ClientAuthentication {
            switch self {
            case .secret(let secret): provider.authorization.authentication(secret)
            case .certificate(let certificate, let key): .certificate(certificate, key: key)
            case .federated(let credential): .federated(credential)
            case .serviceAccount: .none
            }
        }
    }

    package enum Outcome: Sendable, Hashable {
        /// With the grant of that name.
        case works(with: String)
        /// There is nothing to try it with, or trying would spend what cannot be had again.
        case untried(String)
        case refused(String)
        /// The provider could not be asked, which says nothing of the credential.
        case unreachable(String)
    }

    private let store: any TokenStore
    private let vault: Vault
    private let request: RequestToken

    package init(store: any TokenStore, vault: Vault, request: @escaping RequestToken) {
        self.store = store
        self.vault = vault
        self.request = request
    }

    package func outcome(of credential: Credential, for application: Application, in directory: Directory) async throws -> Outcome {
        guard let provider = directory.provider(application.provider) else { return .untried("its provider is gone") }
        guard provider.mayReceiveSecrets else { return .untried("\(provider.name) may not receive secrets yet") }
        let grants = directory.allGrants.filter { $0.application == application.id && $0.isEnabled }.sorted { $0.id < $1.id }
        for grant in grants {
            guard let kind = try await kind(grant, credential, provider, directory) else { continue }
            let resource = directory.mailboxes(of: grant.id).first?.firstTransport.resource ?? .smtp
            return await ask(
                kind, credential.authentication(at: provider), GrantSource(grant: grant, application: application, provider: provider),
                resource)
        }
        return .untried("no grant of it can be asked yet")
    }

    /// A refresh token that ends with its first use is not spent on a trial.
    private func kind(
        _ grant: Grant, _ credential: Credential, _ provider: Provider, _ directory: Directory
    ) async throws(StoreFailure) -> TokenRequest.Kind? {
        switch (grant.kind, credential) {
        case (.appOnly, .secret), (.appOnly, .certificate), (.appOnly, .federated): return .clientCredentials
        case (.consent, .secret), (.consent, .certificate), (.consent, .federated):
            let name = SecretName(.refreshToken, of: grant.id.text)
            guard provider.habits.oldRefreshTokenWorks, let sealed = try await store.secret(name) else { return nil }
            // What does not open cannot be tried; its grant's health says that it must be consented to again.
            do throws(VaultError) { return .refresh(try vault.open(sealed, for: name)) } catch { return nil }
        case (.serviceAccount, .serviceAccount(let account, let key)):
            return directory.login(below: grant.id).map { .serviceAccount(account, key: key, subject: $0) }
        case (.appOnly, .serviceAccount), (.consent, .serviceAccount), (.serviceAccount, _), (.command, _): return nil
        }
    }

    private func ask(
        _ kind: TokenRequest.Kind, _ authentication: ClientAuthentication, _ source: GrantSource, _ resource: TokenResource
    ) async -> Outcome {
        let (application, provider) = (source.application, source.provider)
        do throws(TokenFailure) {
            _ = try await request(
                TokenRequest(
                    endpoint: provider.address(provider.tokenEndpoint, tenant: application.tenant), kind: kind,
                    clientID: application.clientID, authentication: authentication, scope: try source.scope(of: resource),
                    trustedCertificates: provider.trustedCertificates))
            return .works(with: source.grant.name)
        } catch {
            switch error {
            // The application is itself; it is the person's consent that ended. Of a service account it is what says that the key is wrong.
            case .grant where source.grant.kind == .consent: return .works(with: source.grant.name)
            case .application(let error, let detail), .grant(let error, let detail), .mailbox(let error, let detail):
                return .refused("\(error): \(detail)")
            case .temporary(let why, _): return .unreachable(why)
            case .missing(let why): return .untried(why)
            }
        }
    }
}

extension Directory {
    /// One that the grant opens: of a single mailbox, or of a family by one of its addresses.
    fileprivate func login(below grant: GrantID) -> String? {
        if let mailbox = mailboxes(of: grant).first { return mailbox.login }
        for member in allFamilies.filter({ $0.grant == grant }).sorted(by: { $0.id < $1.id }).flatMap(\.members) {
            if case .address(let address) = member { return address.description }
        }
        return nil
    }
}
