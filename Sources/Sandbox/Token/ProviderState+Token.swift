internal import Foundation

/// The token endpoint's logic: request in, answer out, the outcome recorded. Checks run in Entra's order.
extension ProviderState {
    mutating func token(_ request: TokenRequest, now: Double) -> TokenAnswer {
        let result: Result<Issued, TokenRefusal>
        do throws(TokenRefusal) {
            result = .success(try issue(request, now: now))
        } catch {
            result = .failure(error)
        }
        switch result {
        case .success(let issued):
            note(request, .issued(tokenID: issued.token.id), now: now)
            return .granted(
                access: issued.text, lifetime: habits.accessTokenLifetime, scope: issued.scope, refresh: issued.refresh,
                identity: issued.identity)
        case .failure(let refusal):
            note(request, .refused(refusal), now: now)
            if habits.flavour == .google { return .google(refusal) }
            return .refused(refusal, trace: dice.guid(), correlation: dice.guid(), at: now)
        }
    }

    /// An answer given by a scripted fault counts as a request too.
    mutating func noteFaulted(_ request: TokenRequest, now: Double) { note(request, .faulted, now: now) }

    /// Whom a request is about, as faults name them: the login behind a refresh token, else the client id.
    func subject(of request: TokenRequest) -> String? {
        if let text = request["refresh_token"], let token = tokens.refreshToken(text) { return tokens.consents[token.consent].login }
        return request["client_id"]
    }

    private mutating func note(_ request: TokenRequest, _ outcome: TokenAttempt.Outcome, now: Double) {
        record.tokenRequests.append(
            TokenAttempt(
                tenant: request.tenant, grant: request["grant_type"], clientID: request["client_id"], scope: request["scope"],
                subject: subject(of: request), outcome: outcome, time: now))
    }

    /// Google's say nothing. Entra's are JWTs with a signature that nobody but the server checks, so here it is of random letters; where tokens are to be very short,
    /// they say nothing either.
    mutating func newAccessText(for resource: Resource, scopes: [String] = [], roles: Set<String> = []) -> String {
        guard habits.flavour == .microsoft else { return dice.token(prefix: "ya29.", length: habits.accessTokenLength) }
        let audience = resource == .graph ? "https://graph.microsoft.com" : "https://outlook.office365.com"
        let names = scopes.map { $0.split(separator: "/").last.map(String.init) ?? $0 }.joined(separator: " ")
        let rights = roles.isEmpty ? "\"scp\":\"\(names)\"" : "\"roles\":[\(roles.sorted().map { "\"\($0)\"" }.joined(separator: ","))]"
        let claims = "{\"aud\":\"\(audience)\",\"tid\":\"\(tenant.id)\",\(rights)}"
        let head = [#"{"typ":"JWT","alg":"RS256"}"#, claims].map { Base64URL.text(Data($0.utf8)) }.joined(separator: ".") + "."
        guard head.utf8.count + 32 <= habits.accessTokenLength else {
            return dice.token(prefix: "eyJ0eXAi", length: habits.accessTokenLength)
        }
        return dice.token(prefix: head, length: habits.accessTokenLength)
    }

    mutating func newRefreshText() -> String {
        dice.token(prefix: habits.flavour == .google ? "1//" : "1.A", length: habits.refreshTokenLength)
    }

    struct Issued {
        var text: String
        var token: TokenBook.AccessToken
        var scope: String?
        var refresh: String?
        var identity: String?
    }

    private mutating func issue(_ request: TokenRequest, now: Double) throws(TokenRefusal) -> Issued {
        if let name = request.repeated { throw .repeatedParameter(name) }
        guard let grant = request["grant_type"] else { throw .missingParameter("grant_type") }
        if grant == "urn:ietf:params:oauth:grant-type:jwt-bearer", habits.flavour == .google {
            return try issueToServiceAccount(request, now: now)
        }
        guard let clientID = request["client_id"] else { throw .missingParameter("client_id") }
        if habits.flavour == .microsoft { try check(tenant: request.tenant, mayBeShared: grant != "client_credentials") }
        let application = try authenticate(clientID, request, now: now)
        return switch grant {
        case "client_credentials" where habits.flavour == .microsoft: try issueToApplication(application, request, now: now)
        case "refresh_token": try refresh(application, request, now: now)
        case "authorization_code": try redeem(application, request, now: now)
        case "urn:ietf:params:oauth:grant-type:device_code": try redeemDevice(application, request, now: now)
        default: throw .unsupportedGrant(grant)
        }
    }

    private func check(tenant name: String, mayBeShared: Bool) throws(TokenRefusal) {
        let wanted = name.lowercased()
        if ["common", "organizations"].contains(wanted) {
            // Without a user only the address can say which directory is meant.
            guard mayBeShared else { throw .tenantNotNamed }
            return
        }
        if wanted == tenant.id.lowercased() || tenant.domains.contains(where: { $0.lowercased() == wanted }) { return }
        let isID = wanted.utf8.count == 36 && wanted.split(separator: "-").count == 5
        guard isID || wanted.contains(".") else { throw .tenantMalformed(name) }
        throw .tenantNotFound(name)
    }

    private mutating func authenticate(_ clientID: String, _ request: TokenRequest, now: Double) throws(TokenRefusal) -> AppRegistration {
        guard let application = tenant.application(clientID) else { throw .unknownApplication(clientID, tenant: tenant.id) }
        if let assertion = request["client_assertion"] {
            let audience = [endpoint(.token), endpoint(.token, tenant: request.tenant)]
            if let trouble = trouble(with: assertion, of: application, audience: audience, now: now) { throw .assertion(trouble) }
            return application
        }
        // A public client: it was registered without anything to show.
        if application.secrets.isEmpty, application.certificates.isEmpty, application.federatedIdentities.isEmpty { return application }
        guard let secret = request["client_secret"] else { throw .secretMissing }
        guard let known = application.secrets.first(where: { $0.value == secret }) else { throw .wrongSecret(clientID: clientID) }
        if let expires = known.expires, expires <= now { throw .expiredSecret(clientID: clientID) }
        return application
    }

    private mutating func issueToApplication(
        _ application: AppRegistration, _ request: TokenRequest, now: Double
    ) throws(TokenRefusal) -> Issued {
        guard let text = request["scope"] else { throw .missingParameter("scope") }
        let scopes = Scope.list(text)
        guard scopes.count == 1, let scope = scopes.first else { throw .severalResources(text) }
        switch scope {
        case .standard(let resource):
            let roles = application.roles.filter { ($0.hasPrefix("Mail.")) == (resource == .graph) }
            let access = newAccessText(for: resource, roles: roles)
            let token = tokens.issueAccess(
                access, to: .application(clientID: application.clientID), for: resource, scopes: [".default"], roles: roles,
                expires: now + Double(habits.accessTokenLifetime), now: now)
            // No scope and no refresh token in this grant's answer.
            return Issued(text: access, token: token)
        case .unknownResource(let name): throw .unknownResource(name, tenant: tenant.id)
        case .identity(let word), .malformed(let word): throw .scopeNotDefault(word)
        case .delegated: throw .scopeNotDefault(text)
        }
    }

    private mutating func refresh(
        _ application: AppRegistration, _ request: TokenRequest, now: Double
    ) throws(TokenRefusal) -> Issued {
        guard let old = request["refresh_token"] else { throw .missingParameter("refresh_token") }
        guard let known = tokens.refreshToken(old) else { throw .refreshMalformed }
        let consent = tokens.consents[known.consent]
        guard consent.clientID == application.clientID else { throw .refreshForeign }
        try check(known, consent, application, now: now)
        let (resource, granted) = try delegatedScopes(request["scope"], consent, application)
        let access = newAccessText(for: resource, scopes: granted)
        let token = tokens.issueAccess(
            access, to: .user(login: consent.login), for: resource, scopes: granted,
            expires: now + Double(habits.accessTokenLifetime), now: now)
        tokens.used(old, now: now, spent: habits.rotation == .revokesOldOnUse)
        var renewed: String?
        if habits.rotation != .keeps {
            let text = newRefreshText()
            tokens.issueRefresh(text, consent: known.consent, now: now)
            renewed = text
        }
        return Issued(text: access, token: token, scope: granted.joined(separator: " "), refresh: renewed)
    }

    private mutating func check(
        _ token: TokenBook.RefreshToken, _ consent: TokenBook.Consent, _ application: AppRegistration, now: Double
    ) throws(TokenRefusal) {
        let days = Int(habits.refreshInactivity / 86_400)
        switch consent.standing {
        case .granted: break
        case .revoked: throw .refreshRevoked(granted: consent.granted, validFrom: now)
        case .inactive: throw .refreshInactive(issued: token.issued, days: days)
        case .expired: throw .refreshExpired
        case .needsMultiFactor: throw .multiFactor(resource: "00000002-0000-0ff1-ce00-000000000000")
        case .blockedByPolicy: throw .blockedByPolicy
        case .withdrawn: throw .notConsented(clientID: application.clientID, name: application.name)
        }
        if token.isSpent {
            // Somebody has a copy: a strict provider ends the whole family (RFC 9700 section 4.14.2).
            if habits.rotation == .revokesOldOnUse { tokens.setStanding(.revoked, consent: token.consent) }
            throw .refreshSpent
        }
        if now - token.lastUsed >= habits.refreshInactivity { throw .refreshInactive(issued: token.issued, days: days) }
    }

    /// The one resource that is asked for and all that was consented to there: Entra gives no less than was consented, and nothing more.
    func delegatedScopes(
        _ text: String?, _ consent: TokenBook.Consent, _ application: AppRegistration
    ) throws(TokenRefusal) -> (Resource, [String]) {
        let text = text ?? consent.scopes.joined(separator: " ")
        var resource: Resource?
        for scope in Scope.list(text) {
            switch scope {
            case .identity: continue
            case .malformed(let word): throw .scopeInvalid(word)
            case .unknownResource(let name): throw .unknownResource(name, tenant: tenant.id)
            case .delegated(let wanted, _), .standard(let wanted):
                if let resource, resource != wanted { throw .severalResources(text) }
                resource = wanted
            }
        }
        guard let resource else { throw .scopeInvalid(text) }
        let granted = consent.scopes.filter { Scope($0).resource == resource }
        let names = Set(granted.compactMap { Self.permission(Scope($0)) })
        let wanted = Scope.list(text).compactMap { Self.permission($0) }
        guard !granted.isEmpty, names.isSuperset(of: wanted) else {
            throw .notConsented(clientID: application.clientID, name: application.name)
        }
        return (resource, granted)
    }

    private static func permission(_ scope: Scope) -> String? {
        switch scope {
        case .delegated(_, let name): name.lowercased()
        case .identity, .standard, .unknownResource, .malformed: nil
        }
    }
}
