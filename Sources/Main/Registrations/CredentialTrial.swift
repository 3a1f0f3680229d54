internal import CurlTransmit
internal import Mail
internal import Relay
internal import SQLiteStore

/// Tries a new credential at the provider before the old one is given up: a secret with a typing error would stop all mail of its application.
struct CredentialTrial {
    enum Outcome: Hashable {
        case works(with: String)
        /// There is nothing to try it with, or trying would spend what cannot be had again.
        case untried(String)
    }

    let opened: OpenedStore

    /// `application` as it is going to be. Throws when the provider refuses it, or cannot be asked.
    func run(_ credential: ApplicationCredential, for application: Application) async throws -> Outcome {
        let directory = try await opened.store.directory(of: DirectorySlice())
        guard let provider = directory.provider(application.provider) else { return .untried("its provider is gone") }
        guard provider.mayReceiveSecrets else { return .untried("\(provider.name) may not receive secrets yet") }
        let grants = directory.allGrants.filter { $0.application == application.id && $0.isEnabled }.sorted { $0.id < $1.id }
        for grant in grants {
            guard let kind = try await kind(grant, credential, provider, directory) else { continue }
            try await ask(kind, credential, GrantSource(grant: grant, application: application, provider: provider))
            return .works(with: grant.name)
        }
        return .untried("no grant of it can be asked yet")
    }

    /// A refresh token that ends with its first use is not spent on a trial.
    private func kind(
        _ grant: Grant, _ credential: ApplicationCredential, _ provider: Provider, _ directory: Directory
    ) async throws -> TokenRequest.Kind? {
        switch (grant.kind, credential.kind) {
        case (.appOnly, .secret), (.appOnly, .certificate): return .clientCredentials
        case (.consent, .secret), (.consent, .certificate):
            let name = SecretName(.refreshToken, of: grant.id.text)
            guard provider.habits.oldRefreshTokenWorks, let sealed = try await opened.store.secret(name) else { return nil }
            return .refresh(try opened.vault.open(sealed, for: name))
        case (.serviceAccount, .serviceAccount(let account, let key)):
            guard let login = try await login(below: grant.id, directory) else { return nil }
            return .serviceAccount(account, key: key, subject: login)
        case (.appOnly, .serviceAccount), (.consent, .serviceAccount), (.serviceAccount, _), (.command, _): return nil
        }
    }

    /// One that the grant opens: of a single mailbox, or of a family by one of its addresses.
    private func login(below grant: GrantID, _ directory: Directory) async throws -> String? {
        if let mailbox = directory.mailboxes(of: grant).first { return mailbox.login }
        for member in directory.allFamilies.filter({ $0.grant == grant }).flatMap(\.members) {
            if case .address(let address) = member { return address.description }
        }
        return nil
    }

    private func ask(
        _ kind: TokenRequest.Kind, _ credential: ApplicationCredential, _ source: GrantSource
    ) async throws {
        let (application, provider) = (source.application, source.provider)
        let question = TokenRequest(
            endpoint: provider.address(provider.tokenEndpoint, tenant: application.tenant), kind: kind, clientID: application.clientID,
            authentication: credential.authentication(at: provider), scope: try source.scope(of: .smtp),
            trustedCertificates: provider.trustedCertificates)
        let answer: Result<TokenAnswer, TokenFailure>
        let curl = try CurlThread()
        let request = opened.live.tokenClient(curl).requestToken
        do throws(TokenFailure) { answer = .success(try await request(question)) } catch { answer = .failure(error) }
        await curl.stop()
        switch answer {
        case .success: return
        // The application is itself; it is the person's consent that ended. Of a service account it is what says that the key is wrong.
        case .failure(.grant) where source.grant.kind == .consent: return
        case .failure(.application(let error, let detail)), .failure(.grant(let error, let detail)),
            .failure(.mailbox(let error, let detail)):
            throw CommandFailure(
                .configuration,
                "the provider refused it (\(error): \(detail)); nothing was changed, and what was there before is still used")
        case .failure(.temporary(let why, _)):
            throw CommandFailure(.temporary, "it could not be tried (\(why)); nothing was changed; --untried keeps it without trying")
        case .failure(.missing(let why)): throw CommandFailure.data(why)
        }
    }
}
