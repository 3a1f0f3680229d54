internal import CurlTransmit
internal import Relay
internal import SQLiteStore

/// Ends consents at the provider when their grants are removed (RFC 7009). What is needed for it is read before, and used after the removal: a removal
/// that is refused must not have ended anything.
struct Revoker {
    private struct Consent {
        let name: String
        let provider: Provider
        let request: RevocationRequest?
    }

    private let consents: [Consent]
    private let live: Live

    init(_ opened: OpenedStore, grants: (Grant) -> Bool) async throws {
        live = opened.live
        let directory = try await opened.store.directory(of: DirectorySlice())
        var consents: [Consent] = []
        for grant in directory.allGrants.filter({ $0.kind == .consent && grants($0) }) {
            let name = SecretName(.refreshToken, of: grant.id.text)
            guard let source = GrantSource(grant.id, in: directory), let sealed = try await opened.store.secret(name) else { continue }
            guard let endpoint = source.provider.authorization.revocationEndpoint, source.provider.mayReceiveSecrets,
                let credentials = try await opened.store.credentials(of: grant.id)
            else {
                consents.append(Consent(name: grant.name, provider: source.provider, request: nil))
                continue
            }
            let request = RevocationRequest(
                endpoint: source.provider.address(endpoint, tenant: source.application.tenant),
                token: try opened.vault.open(sealed, for: name), clientID: source.application.clientID,
                authentication: try source.authentication(credentials, opened.vault),
                trustedCertificates: source.provider.trustedCertificates)
            consents.append(Consent(name: grant.name, provider: source.provider, request: request))
        }
        self.consents = consents
    }

    /// Says of each what became of it; a provider that cannot be reached stops nothing.
    func run() async throws {
        guard !consents.isEmpty else { return }
        let curl = try CurlThread()
        for words in await outcomes(with: live.tokenClient(curl)) { live.say(DisplayWidth.printable(words)) }
        await curl.stop()
    }

    /// One after the other, in words.
    func outcomes(with client: TokenClient) async -> [String] {
        var outcomes: [String] = []
        for consent in consents { outcomes.append(await outcome(consent, client)) }
        return outcomes
    }

    private func outcome(_ consent: Consent, _ client: TokenClient) async -> String {
        guard let request = consent.request else {
            let place =
                consent.provider.kind == .microsoft
                ? "the user withdraws it at https://myapps.microsoft.com, an administrator under Enterprise applications, Permissions"
                : "its user withdraws it there"
            return "the consent \(consent.name) is forgotten here; \(consent.provider.name) has no way to be told: \(place)"
        }
        do throws(TokenFailure) {
            try await client.revoke(request)
            return "the consent \(consent.name) was revoked at \(consent.provider.name)"
        } catch {
            return
                "the consent \(consent.name) is forgotten here, but could not be revoked at \(consent.provider.name) (\(error)): its user withdraws it there"
        }
    }
}
