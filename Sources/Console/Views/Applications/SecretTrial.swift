internal import Web
internal import Relay

/// Asks the provider for a token with a secret that is not stored yet.
struct SecretTrial: Sendable {
    enum Outcome: Sendable, Hashable {
        case works(with: String)
        /// There is nothing to try it with, or trying would spend what cannot be had again.
        case untried(String)
        case refused(String)
        /// The provider could not be asked, which says nothing of the secret.
        case unreachable(String)
    }

    let dependencies: WebDependencies

    /// `application` as it is going to be.
    func run(_ secret: Secret, for application: Application) async throws -> Outcome {
        let directory = dependencies.directory
        guard let provider = directory.provider(application.provider) else { return .untried("its provider is gone") }
        guard provider.mayReceiveSecrets else { return .untried("\(provider.name) may not receive secrets yet") }
        let grants = directory.allGrants.filter { $0.application == application.id && $0.isEnabled }.sorted { $0.id < $1.id }
        for grant in grants {
            guard let kind = try await kind(grant, provider) else { continue }
            let source = GrantSource(grant: grant, application: application, provider: provider)
            let resource = directory.mailboxes(of: grant.id).first?.firstTransport.resource ?? .smtp
            return await ask(kind, secret, source, resource)
        }
        return .untried("no grant of it can be asked yet")
    }

    /// A refresh token that ends with its first use is not spent on a trial.
    private func kind(_ grant: Grant, _ provider: Provider) async throws -> TokenRequest.Kind? {
        switch grant.kind {
        case .appOnly: return .clientCredentials
        case .consent:
            let name = SecretName(.refreshToken, of: grant.id.text)
            guard provider.habits.oldRefreshTokenWorks, let sealed = try await dependencies.store.secret(name) else { return nil }
            // What does not open cannot be tried; its grant's health says that it must be consented to again.
            do throws(VaultError) { return .refresh(try dependencies.vault.open(sealed, for: name)) } catch { return nil }
        case .serviceAccount, .command: return nil
        }
    }

    private func ask(_ kind: TokenRequest.Kind, _ secret: Secret, _ source: GrantSource, _ resource: TokenResource) async -> Outcome {
        let (application, provider) = (source.application, source.provider)
        do throws(TokenFailure) {
            let question = TokenRequest(
                endpoint: provider.address(provider.tokenEndpoint, tenant: application.tenant), kind: kind,
                clientID: application.clientID, authentication: provider.authorization.authentication(secret),
                scope: try source.scope(of: resource), trustedCertificates: provider.trustedCertificates)
            _ = try await dependencies.consents.request(question)
            return .works(with: source.grant.name)
        } catch {
            switch error {
            // The application is itself; it is the person's consent that ended.
            case .grant where source.grant.kind == .consent: return .works(with: source.grant.name)
            case .application(let error, let detail), .grant(let error, let detail), .mailbox(let error, let detail):
                return .refused("\(error): \(detail)")
            case .temporary(let why, _): return .unreachable(why)
            case .missing(let why): return .untried(why)
            }
        }
    }
}
