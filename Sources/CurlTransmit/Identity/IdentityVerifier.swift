package import FoundationEssentials
internal import JWTKit
package import Relay

/// Finds out who consented: from the id token, verified by the provider's keys, or from its userinfo endpoint (OpenID Connect Core 3.1.3.7, 5.3).
package struct IdentityVerifier: Sendable {
    private let keySets: KeySets
    private let perform: TokenClient.Perform
    private let now: @Sendable () -> Date

    package init(_ thread: CurlThread, now: @escaping @Sendable () -> Date) {
        self.init(now: now) { request throws(CurlFailure) in try await thread.perform(request) }
    }

    package init(now: @escaping @Sendable () -> Date, perform: @escaping TokenClient.Perform) {
        self.now = now
        self.perform = perform
        keySets = KeySets(now: now) { address, trusted throws(IdentityFailure) in
            try await Self.get(address, trusting: trusted, bearer: nil, what: "signing keys", perform)
        }
    }

    /// This verifier as the value that Relay asks for.
    package var verify: VerifyIdentity { { question throws(IdentityFailure) in try await identity(question) } }

    package func identity(_ question: IdentityQuestion) async throws(IdentityFailure) -> Identity {
        if let token = question.answer.idToken, question.provider.authorization.keysEndpoint != nil {
            return try await identity(question, of: token.revealText())
        }
        guard let endpoint = question.provider.authorization.userinfoEndpoint else { throw .unknown }
        let body = try await Self.get(
            question.provider.address(endpoint, tenant: question.application.tenant), trusting: question.provider.trustedCertificates,
            bearer: question.answer.accessToken, what: "userinfo", perform)
        let fields: UserInfo
        do { fields = try JSONDecoder().decode(UserInfo.self, from: Data(body)) } catch {
            throw .refused("the userinfo endpoint names nobody")
        }
        return fields.identity(realm: Self.realm(question) ?? endpoint)
    }

    private func identity(_ question: IdentityQuestion, of token: String) async throws(IdentityFailure) -> Identity {
        let provider = question.provider
        let address = provider.address(provider.authorization.keysEndpoint ?? "", tenant: question.application.tenant)
        let claims: IDToken
        do throws(IdentityFailure) {
            claims = try await verified(
                token, by: try await keySets.keys(at: address, trusting: provider.trustedCertificates, isNewest: false))
        } catch {
            // The provider may have begun to sign with a key that came after our look.
            guard case .refused = error else { throw error }
            claims = try await verified(
                token, by: try await keySets.keys(at: address, trusting: provider.trustedCertificates, isNewest: true))
        }
        try claims.check(question, at: now())
        return claims.identity(provider.kind, realm: Self.realm(question) ?? claims.iss)
    }

    /// Within which a subject names one person: the issuer, as it is for this tenant.
    private static func realm(_ question: IdentityQuestion) -> String? {
        question.provider.authorization.issuer.map { question.provider.address($0, tenant: question.application.tenant) }
    }

    private func verified(_ token: String, by keys: JWTKeyCollection) async throws(IdentityFailure) -> IDToken {
        do { return try await keys.verify(token, as: IDToken.self) } catch {
            // Only the kind of error: the library's words may quote the token.
            let why = (error as? JWTError).map { "\($0.errorType)" } ?? "it cannot be read"
            throw .refused("its id token is not signed by the provider (\(why))")
        }
    }

    private static func get(
        _ address: String, trusting certificates: String?, bearer: Secret?, what: String, _ perform: TokenClient.Perform
    ) async throws(IdentityFailure) -> [UInt8] {
        var fields = [HTTPField("Accept", "application/json")]
        if let bearer { fields.append(HTTPField("Authorization", "Bearer \(bearer.revealText())")) }
        let response: HTTPResponse
        do throws(CurlFailure) {
            response = try await perform(HTTPRequest(.get, address, fields: fields, trustedCertificates: certificates))
        } catch {
            if case .notAllowed(let why) = error { throw .refused("the address of the \(what) may not be used: \(why)") }
            throw .temporary("the \(what) could not be had: \(error)")
        }
        guard response.status == 200 else { throw .temporary("the endpoint of the \(what) answered \(response.status)") }
        return response.body
    }
}
