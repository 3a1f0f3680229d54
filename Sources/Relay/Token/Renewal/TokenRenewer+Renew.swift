internal import struct FoundationEssentials.Date

extension TokenRenewer {
    /// Never throws out of its task: every waiting caller gets the same result.
    /// `unanswered`: how often in a row it was in vain before.
    func renew(
        _ key: TokenKey, beyond old: AccessToken?, life: Double, unanswered: Int = 0
    ) async -> Result<AccessToken, TokenFailure> {
        do throws(TokenFailure) { return .success(try await obtain(key, beyond: old, life: life, unanswered: unanswered)) } catch {
            return .failure(error)
        }
    }

    private func obtain(
        _ key: TokenKey, beyond old: AccessToken?, life: Double, unanswered: Int
    ) async throws(TokenFailure) -> AccessToken {
        let deadline = now().addingTimeInterval(Self.patience)
        let lease = "token/" + key.description
        var requests = 0
        while now() < deadline, requests < Self.mostRequests {
            if let token = try await stored(key, try await credentials(of: key.grant), beyond: old, life: life) { return token }
            let end = now().addingTimeInterval(Self.leaseLife)
            let isOurs = try await reading { () throws(StoreFailure) in
                try await store.takeLease(lease, holder: holder, at: now(), until: end)
            }
            guard isOurs else {
                await wait(0.1 + 0.1 * draw())  // another process asks for us; its answer will be in the store
                continue
            }
            requests += 1
            let token: AccessToken?
            do throws(TokenFailure) {
                token = try await obtain(key, beyond: old, life: life, unanswered: unanswered, lease: lease, until: end)
            } catch {
                await drop(lease, key)
                throw error
            }
            if let token { return token }
            await drop(lease, key)
        }
        throw .temporary("the token of \(key.grant) is being renewed or its grant changed elsewhere, for too long", retryAfter: nil)
    }

    /// Under the lease, and with credentials read under it: whoever held it before may have brought the token, or another refresh token. With a token the
    /// lease is given back.
    private func obtain(
        _ key: TokenKey, beyond old: AccessToken?, life: Double, unanswered: Int, lease: String, until end: Date
    ) async throws(TokenFailure) -> AccessToken? {
        let credentials = try await credentials(of: key.grant)
        if let token = try await stored(key, credentials, beyond: old, life: life) {
            await drop(lease, key)
            return token
        }
        return try await ask(key, credentials, unanswered: unanswered, lease: lease, until: end)
    }

    private func credentials(of grant: GrantID) async throws(TokenFailure) -> Credentials {
        guard let credentials = try await reading({ () throws(StoreFailure) in try await store.credentials(of: grant) }) else {
            throw .missing("the grant \(grant) is gone")
        }
        try check(credentials.source)
        return credentials
    }

    /// The token in the store, if it is good, not the one that was refused, and of these credentials.
    private func stored(
        _ key: TokenKey, _ credentials: Credentials, beyond old: AccessToken?, life: Double
    ) async throws(TokenFailure) -> AccessToken? {
        guard let stored = try await reading({ () throws(StoreFailure) in try await store.token(key) }),
            stored.revision == credentials.revision
        else { return nil }
        let secret: Secret
        do throws(VaultError) { secret = try vault.open(stored.sealed, for: key.secretName) } catch {
            return nil  // sealed under a key that is gone: a fresh token costs one request and mends it
        }
        let token = AccessToken(secret: secret, obtained: stored.obtained, expires: stored.expires, revision: stored.revision)
        if let old, token.isSame(as: old) { return nil }
        return token.isGood(at: now(), life: life) ? token : nil
    }

    /// Asks the provider and keeps the answer. nil: lease or credentials moved meanwhile, so the answer belongs to an old question.
    private func ask(
        _ key: TokenKey, _ credentials: Credentials, unanswered: Int, lease: String, until end: Date
    ) async throws(TokenFailure) -> AccessToken? {
        let answer: TokenAnswer
        let lost = try await beginAsking(credentials.source)
        do throws(TokenFailure) {
            answer = try await self.answer(key, credentials)
        } catch {
            guard try await isCurrent(credentials, of: key.grant) else { return nil }
            let failure = error.judged(for: credentials.source.grant.kind)
            await note(failure, key, credentials.source, lost: lost, unanswered: unanswered)
            asked(key, failure)
            throw failure
        }
        asked(key, nil)
        let obtained = now()
        let token = AccessToken(
            secret: answer.accessToken, obtained: obtained, expires: obtained.addingTimeInterval(answer.lifetime),
            revision: credentials.revision)
        return try await keep(key, token, answer, credentials, lease: lease, until: end) ? token : nil
    }

    /// A refusal of credentials that a person has replaced meanwhile says nothing of the new ones.
    private func isCurrent(_ credentials: Credentials, of grant: GrantID) async throws(TokenFailure) -> Bool {
        try await reading { () throws(StoreFailure) in try await store.credentials(of: grant)?.revision } == credentials.revision
    }

    /// Tried again while the lease lasts, and where the refresh token was rotated for as long as it takes: with the answer, its successor would be lost.
    private func keep(
        _ key: TokenKey, _ token: AccessToken, _ answer: TokenAnswer, _ credentials: Credentials, lease: String, until end: Date
    ) async throws(TokenFailure) -> Bool {
        var asked = credentials.refreshToken
        var pause = 0.5
        while true {
            let renewal: Renewal
            do throws(VaultError) { renewal = try self.renewal(key, token, answer, asked, credentials.source, lease: lease) } catch {
                throw .missing(error.description)
            }
            do throws(StoreFailure) {
                switch try await store.keep(renewal) {
                case .kept: return true
                case .overtaken: return false
                case .otherRefreshToken:
                    guard let now = try await store.credentials(of: key.grant)?.refreshToken, now != asked, isSame(now, asked, key.grant)
                    else { return false }
                    asked = now
                }
            } catch {
                guard error.mayPass else { throw .temporary("the store: \(error)", retryAfter: nil) }
                if case .keyMoved(let id) = error, vault.use(id) { continue }
                if now() >= end {
                    let failure = TokenFailure.temporary("the store: \(error)", retryAfter: nil)
                    guard renewal.rotation != nil else { throw failure }
                    report(key, .temporary("its new refresh token cannot be stored yet: \(error)", retryAfter: nil))
                    pause = min(pause * 2, 30)
                }
                await wait(pause)
            }
        }
    }

    /// The same refresh token, sealed anew because the vault's key was rotated meanwhile.
    private func isSame(_ stored: Sealed, _ asked: Sealed?, _ grant: GrantID) -> Bool {
        guard let asked else { return false }
        let name = SecretName(.refreshToken, of: grant.text)
        do throws(VaultError) { return try vault.open(stored, for: name).reveal() == vault.open(asked, for: name).reveal() } catch {
            return false  // what does not open cannot have been asked with
        }
    }

    private func renewal(
        _ key: TokenKey, _ token: AccessToken, _ answer: TokenAnswer, _ asked: Sealed?, _ source: GrantSource, lease: String
    ) throws(VaultError) -> Renewal {
        let stored = StoredToken(
            sealed: try vault.seal(token.secret, for: key.secretName), obtained: token.obtained, expires: token.expires,
            revision: token.revision)
        var rotation: Renewal.Rotation?
        if let refresh = answer.refreshToken, let asked {
            rotation = .init(from: asked, to: try vault.seal(refresh, for: SecretName(.refreshToken, of: key.grant.text)))
        }
        return Renewal(
            key: key, token: stored, rotation: rotation, lease: lease, holder: holder,
            observations: [.grant(key.grant, nil), .application(source.application.id, nil)])
    }

    /// Where a refresh token ends with its first use, a kill between the provider's answer and our commit loses its successor; the note made here tells
    /// that from a consent that was withdrawn.
    private func beginAsking(_ source: GrantSource) async throws(TokenFailure) -> Date? {
        guard usesUp(source) else { return nil }
        return try await reading { () throws(StoreFailure) in try await store.beginAsking(source.grant.id, at: now()) }
    }

    private func usesUp(_ source: GrantSource) -> Bool {
        source.grant.kind == .consent && !source.provider.habits.oldRefreshTokenWorks
    }

    /// Temporary failures harm nothing, and are told of when they go on; the others are recorded where the decider and people will see them.
    private func note(_ failure: TokenFailure, _ key: TokenKey, _ source: GrantSource, lost: Date?, unanswered: Int) async {
        guard isNeeded(key) else { return }
        let observation: Observation
        switch failure {
        // Without an answer, what was asked may have been done all the same: the note of it stays.
        case .missing: return
        case .temporary(let why, _):
            if unanswered + 1 >= Self.silence { await noteSilence(key.grant, why) }
            return
        case .grant(let error, let detail):
            observation = .grant(
                key.grant, lost.map { .lostInCrash(at: $0) } ?? .needsConsent(since: now(), reason: "\(error): \(detail)"))
        case .mailbox(let error, let detail):
            guard let login = key.subject else { return }
            let until = now().addingTimeInterval(Self.mailboxPause)
            observation = .mailbox(source.account(login), .stopped(until: until, reason: "\(error): \(detail)", failures: 1))
        case .application(let error, let detail):
            observation = .application(
                source.application.id, ApplicationHealth(suspendedSince: now(), reason: "\(error): \(detail)"))
        }
        do throws(StoreFailure) {
            try await store.observe([observation], journal: [])
            if usesUp(source) { try await store.endAsking(key.grant) }
        } catch {
            report(key, .temporary("its failure could not be recorded: \(error)", retryAfter: nil))
        }
    }

    private func noteSilence(_ grant: GrantID, _ why: String) async {
        do throws(StoreFailure) {
            var since = now()
            switch try await store.conditions(of: []).grant(grant) {
            // What is known for certain says more.
            case .needsConsent?, .lostInCrash?: return
            case .unanswered(_, why)?: return
            case .unanswered(let before, _)?: since = before
            case nil: break
            }
            try await store.observe([.grant(grant, .unanswered(since: since, reason: why))], journal: [])
        } catch {
            report(TokenKey(grant: grant, resource: .smtp), .temporary("its failure could not be recorded: \(error)", retryAfter: nil))
        }
    }

    /// One that stays runs out by itself; until then others wait a little longer.
    private func drop(_ lease: String, _ key: TokenKey) async {
        do throws(StoreFailure) { try await store.dropLease(lease, holder: holder) } catch {
            report(key, .temporary("its lease could not be given back: \(error)", retryAfter: nil))
        }
    }

    /// The store's trouble is never the grant's.
    private func reading<Value>(_ body: () async throws(StoreFailure) -> Value) async throws(TokenFailure) -> Value {
        do throws(StoreFailure) { return try await body() } catch {
            throw .temporary("the store: \(error)", retryAfter: nil)
        }
    }
}
