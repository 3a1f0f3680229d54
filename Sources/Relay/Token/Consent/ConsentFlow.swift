package import struct FoundationEssentials.Date

/// Sees a consent through: begins it, sends the person to the provider, takes the answer once, finds out who it was, and keeps what it brought (design
/// sections 6 and 10). Until the last step nothing of the grant is touched, so a consent that fails leaves the old one working.
package struct ConsentFlow: Sendable {
    package let store: any ConsentStore & TokenStore
    package let vault: Vault
    package let request: RequestToken
    package let verify: VerifyIdentity
    /// What grants are now, with the resources that their mailboxes need (the first is asked for at once).
    package let purpose: @Sendable (GrantID) -> ConsentPurpose?
    package let now: @Sendable () -> Date
    /// Random bytes from the system's generator.
    package let random: @Sendable (_ count: Int) -> [UInt8]

    package init(
        store: any ConsentStore & TokenStore, vault: Vault, request: @escaping RequestToken, verify: @escaping VerifyIdentity,
        purpose: @escaping @Sendable (GrantID) -> ConsentPurpose?, now: @escaping @Sendable () -> Date,
        random: @escaping @Sendable (_ count: Int) -> [UInt8]
    ) {
        self.store = store
        self.vault = vault
        self.request = request
        self.verify = verify
        self.purpose = purpose
        self.now = now
        self.random = random
    }

    /// Who brings an answer.
    package enum Bearer: Sendable {
        /// With the value of the cookie that the start page set; nil: it has none.
        case browser(cookie: String?)
        /// An administrator pasted it, who could do anything to the grant anyway.
        case administrator
    }

    package func begin(
        _ grant: GrantID, way: ConsentAttempt.Way, redirectURI: String, by person: String
    ) async throws(ConsentFailure) -> ConsentAttempt {
        let purpose = try consentable(grant)
        guard let credentials = try await stored({ () throws(StoreFailure) in try await store.credentials(of: grant) }) else {
            throw .notPossible("the grant is gone")
        }
        let id = ConsentID(trusted: "consent-" + Base64URL.text(random(12)))
        let secrets = ConsentSecrets(random: random)
        return try await kept { () throws(ConsentFailure) in
            ConsentAttempt(
                id: id, grant: grant, application: purpose.source.application.id, revision: credentials.revision, way: way,
                startedAt: now(), expires: now().addingTimeInterval(ConsentAttempt.life), redirectURI: redirectURI,
                scope: purpose.authorizationScope, stateDigest: Digest.sha256(secrets.state), sealed: try sealed(secrets, id),
                startedBy: person)
        } by: { attempt throws(StoreFailure) in
            try await store.begin(attempt)
            return attempt
        }
    }

    /// Where a person begins who will paste the answer.
    package func authorizationAddress(_ attempt: ConsentAttempt) throws(ConsentFailure) -> String {
        let purpose = try consentable(attempt.grant)
        return try purpose.address(attempt, try opened(attempt))
    }

    /// `application`: whose redirect address the answer came to; nil for a pasted one, which says it itself.
    package func finish(
        _ response: AuthorizationResponse, from bearer: Bearer, at application: ApplicationID?
    ) async throws(ConsentFailure) -> (attempt: ConsentAttempt, words: String) {
        let digest = Digest.sha256(response.state)
        let attempt = try await waiting(try await stored { () throws(StoreFailure) in try await store.consent(state: digest) })
        if let application, application != attempt.application { throw .otherApplication }
        if case .browser(let cookie) = bearer {
            guard let cookie, let bound = attempt.browserDigest, Digest.isEqual(Digest.sha256(cookie), bound) else { throw .otherBrowser }
        }
        let isFirst = try await stored { () throws(StoreFailure) in try await store.take(attempt.id, at: now()) }
        guard isFirst else { throw .alreadyUsed }
        do throws(ConsentFailure) {
            return (attempt, try await exchange(response, attempt))
        } catch {
            let told = explained(error, attempt)
            await end(attempt, told)
            throw told
        }
    }

    /// The refusal counts more than that it could not be written down: the attempt is taken, so it runs out by itself.
    func end(_ attempt: ConsentAttempt, _ failure: ConsentFailure, _ words: String? = nil) async {
        let at = now()
        let entry = JournalEntry.consentFailed(attempt, failure.code, at: at)
        do throws(StoreFailure) {
            try await store.end(attempt.id, .refused(at: at, words: words ?? failure.description), journal: [entry])
        } catch { return }
    }

    /// The attempt an answer belongs to, to tell the browser where to look; nil when it is not known.
    package func attempt(of response: AuthorizationResponse) async throws(ConsentFailure) -> ConsentAttempt? {
        try await stored { () throws(StoreFailure) in try await store.consent(state: Digest.sha256(response.state)) }
    }

    /// For the browser that took part in it, and no other.
    package func attempt(_ id: ConsentID?, from cookie: String?) async throws(ConsentFailure) -> ConsentAttempt? {
        guard let id, let cookie else { return nil }
        let attempt = try await stored { () throws(StoreFailure) in try await store.consent(id) }
        guard let bound = attempt?.browserDigest, Digest.isEqual(Digest.sha256(cookie), bound) else { return nil }
        return attempt
    }

    private func exchange(_ response: AuthorizationResponse, _ attempt: ConsentAttempt) async throws(ConsentFailure) -> String {
        let purpose = try consentable(attempt.grant)
        try purpose.check(issuer: response.issuer)
        let code: Secret
        switch response.answer {
        case .code(let text): code = text
        case .error(let error, let description):
            throw .declined(error: ProviderText.line(error), description: ProviderText.line(description))
        }
        let secrets = try opened(attempt)
        let answer = try await answer(
            .authorizationCode(code: code, verifier: Secret(secrets.verifier), redirectURI: attempt.redirectURI), purpose, attempt)
        return try await keep(answer, nonce: secrets.nonce, purpose, attempt)
    }

    func answer(
        _ kind: TokenRequest.Kind, _ purpose: ConsentPurpose, _ attempt: ConsentAttempt
    ) async throws(ConsentFailure) -> TokenAnswer {
        let question = try await tokenRequest(kind, purpose, attempt)
        do throws(TokenFailure) { return try await request(question) } catch { throw .token(error) }
    }

    func tokenRequest(
        _ kind: TokenRequest.Kind, _ purpose: ConsentPurpose, _ attempt: ConsentAttempt
    ) async throws(ConsentFailure) -> TokenRequest {
        let credentials = try await credentials(of: attempt)
        do throws(TokenFailure) {
            // The secret goes where it belonged at the same moment.
            let purpose = ConsentPurpose(source: credentials.source, resources: purpose.resources, logins: purpose.logins)
            return try purpose.tokenRequest(kind, try credentials.source.authentication(credentials, vault))
        } catch { throw .token(error) }
    }

    /// As they were when it began, or what is asked would be another's question.
    func credentials(of attempt: ConsentAttempt) async throws(ConsentFailure) -> Credentials {
        guard let credentials = try await stored({ () throws(StoreFailure) in try await store.credentials(of: attempt.grant) }),
            credentials.revision == attempt.revision
        else { throw .grantChanged }
        return credentials
    }
}
