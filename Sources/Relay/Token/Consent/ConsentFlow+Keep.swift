internal import struct FoundationEssentials.Date

/// The last step: who was it, what was granted, and the one commit that makes it so.
extension ConsentFlow {
    func keep(
        _ answer: TokenAnswer, nonce: String?, _ purpose: ConsentPurpose, _ attempt: ConsentAttempt
    ) async throws(ConsentFailure) -> String {
        guard let refresh = answer.refreshToken else { throw .noRefreshToken }
        let missing = purpose.missing(in: answer.scope)
        guard missing.isEmpty else { throw .scopesMissing(missing) }
        let source = purpose.source
        let identity = try await identity(
            IdentityQuestion(answer: answer, provider: source.provider, application: source.application, nonce: nonce))
        try purpose.check(identity)
        let grant = source.grant.id
        let who = identity.logins.first ?? identity.pin.subject
        let at = now()
        let key = TokenKey(grant: grant, resource: purpose.resource)
        let words = "\(who) consented to \(answer.scope ?? purpose.tokenScope)"
        let isKept = try await kept { () throws(ConsentFailure) in
            ConsentResult(
                attempt: attempt.id, grant: grant, pin: identity.pin, revision: attempt.revision,
                refreshToken: try seal(refresh, SecretName(.refreshToken, of: grant.text)),
                token: (
                    key,
                    StoredToken(
                        sealed: try seal(answer.accessToken, key.secretName), obtained: at,
                        expires: at.addingTimeInterval(answer.lifetime), revision: attempt.revision)
                ), scope: answer.scope ?? purpose.tokenScope, words: words, by: attempt.startedBy, at: at)
        } by: { result throws(StoreFailure) in
            try await store.keep(result)
        }
        guard isKept else { throw .grantChanged }
        return words
    }

    private func identity(_ question: IdentityQuestion) async throws(ConsentFailure) -> Identity {
        do throws(IdentityFailure) { return try await verify(question) } catch {
            switch error {
            case .refused(let why): throw .identity(why)
            case .temporary(let why): throw .temporary(why)
            case .unknown:
                throw .identity(
                    "\(question.provider.name) sends no id token and has no userinfo endpoint: give `openid` among its identity scopes, or its "
                        + "userinfo endpoint (`mandate providers set`)")
            }
        }
    }

    func consentable(_ grant: GrantID) throws(ConsentFailure) -> ConsentPurpose {
        guard let purpose = purpose(grant) else { throw .notPossible("the grant is gone, or its application or provider is") }
        let source = purpose.source
        guard source.grant.kind == .consent else {
            throw .notPossible("\(source.grant.name) is a grant of the kind \(source.grant.kind.rawValue): no person consents to it")
        }
        guard source.grant.isEnabled else { throw .notPossible("\(source.grant.name) is disabled") }
        guard source.provider.mayReceiveSecrets else {
            throw .notPossible(
                "\(source.provider.name) came from a file: `mandate providers trust \(source.provider.id)` once you have looked at it")
        }
        return purpose
    }

    func waiting(_ attempt: ConsentAttempt?) async throws(ConsentFailure) -> ConsentAttempt {
        guard let attempt else { throw .unknownState }
        guard attempt.progress == .waiting else { throw .alreadyUsed }
        guard now() < attempt.expires else { throw .expired }
        return attempt
    }

    func sealed(_ secrets: ConsentSecrets, _ id: ConsentID) throws(ConsentFailure) -> Sealed {
        try seal(Secret(secrets.text), SecretName(.consent, of: id.text))
    }

    func opened(_ attempt: ConsentAttempt) throws(ConsentFailure) -> ConsentSecrets {
        let secret: Secret
        do throws(VaultError) { secret = try vault.open(attempt.sealed, for: SecretName(.consent, of: attempt.id.text)) } catch {
            throw .temporary(error.description)
        }
        guard let secrets = ConsentSecrets(text: secret.revealText()) else { throw .unknownState }
        return secrets
    }

    private func seal(_ secret: Secret, _ name: SecretName) throws(ConsentFailure) -> Sealed {
        do throws(VaultError) { return try vault.seal(secret, for: name) } catch { throw .temporary(error.description) }
    }

    /// Sealed and stored as one: where the vault's key is rotated in between, it is sealed anew.
    func kept<Sealed, Value>(
        _ seal: () throws(ConsentFailure) -> Sealed, by store: (Sealed) async throws(StoreFailure) -> Value
    ) async throws(ConsentFailure) -> Value {
        while true {
            let sealed = try seal()
            do throws(StoreFailure) { return try await store(sealed) } catch {
                guard case .keyMoved(let id) = error, vault.use(id) else { throw .temporary("the store: \(error)") }
            }
        }
    }

    func stored<Value>(_ body: () async throws(StoreFailure) -> Value) async throws(ConsentFailure) -> Value {
        do throws(StoreFailure) { return try await body() } catch { throw .temporary("the store: \(error)") }
    }
}
