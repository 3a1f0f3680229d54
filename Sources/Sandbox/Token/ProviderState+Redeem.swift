internal import Crypto
internal import Foundation

/// Codes and assertions turned into tokens.
extension ProviderState {
    mutating func redeem(_ application: AppRegistration, _ request: TokenRequest, now: Double) throws(TokenRefusal) -> Issued {
        guard let text = request["code"] else { throw .missingParameter("code") }
        guard let code = authorizations.codes[text], code.clientID.lowercased() == application.clientID.lowercased() else {
            throw .codeUnknown
        }
        if let consent = code.consent {
            // RFC 6749 section 4.1.2: what came of its first use ends too.
            tokens.setStanding(.revoked, consent: consent)
            throw .codeSpent
        }
        guard now < code.expires else { throw .codeExpired }
        guard request["redirect_uri"] == code.redirectURI else { throw .redirectDiffers }
        if let challenge = code.challenge {
            let verifier = request["code_verifier"] ?? ""
            guard Base64URL.text(Data(SHA256.hash(data: Data(verifier.utf8)))) == challenge else { throw .verifierDiffers }
        }
        let (issued, consent) = try open(code.login, application, code.scopes, request["scope"], nonce: code.nonce, now: now)
        authorizations.codes[text]?.consent = consent
        return issued
    }

    mutating func redeemDevice(_ application: AppRegistration, _ request: TokenRequest, now: Double) throws(TokenRefusal) -> Issued {
        switch devicePoll(request, now: now) {
        case .failure(let refusal): throw .device(refusal.error(habits.flavour))
        case .success((let login, let device)):
            return try open(login, application, device.scopes, request["scope"], nonce: nil, now: now).issued
        }
    }

    /// A new consent with its first tokens.
    private mutating func open(
        _ login: String, _ application: AppRegistration, _ scopes: [String], _ asked: String?, nonce: String?, now: Double
    ) throws(TokenRefusal) -> (issued: Issued, consent: Int) {
        let index = tokens.open(
            TokenBook.Consent(login: login, clientID: application.clientID, scopes: scopes, granted: now, standing: .granted))
        let wanted = asked.map { text in text.split(separator: " ").filter { scopes.contains(String($0)) }.joined(separator: " ") }
        let (resource, granted) = try firstScopes(wanted ?? scopes.joined(separator: " "), tokens.consents[index], application)
        let access = newAccessText(for: resource, scopes: granted)
        let token = tokens.issueAccess(
            access, to: .user(login: login), for: resource, scopes: granted, expires: now + Double(habits.accessTokenLifetime),
            now: now)
        var refresh: String?
        if scopes.contains("offline_access") {
            let text = newRefreshText()
            tokens.issueRefresh(text, consent: index, now: now)
            authorizations.consented.insert("\(application.clientID) \(login)")
            refresh = text
        }
        let identity = idToken(login: login, clientID: application.clientID, scopes: scopes, nonce: nonce, now: now)
        return (Issued(text: access, token: token, scope: granted.joined(separator: " "), refresh: refresh, identity: identity), index)
    }

    /// Google lets people untick permissions one by one, and answers with what is left, if that is only who they are.
    private func firstScopes(
        _ text: String, _ consent: TokenBook.Consent, _ application: AppRegistration
    ) throws(TokenRefusal) -> (Resource, [String]) {
        guard habits.flavour == .google, Scope.list(text).allSatisfy({ $0.resource == nil }) else {
            return try delegatedScopes(text, consent, application)
        }
        return (.gmail, consent.scopes)
    }

    mutating func issueToServiceAccount(_ request: TokenRequest, now: Double) throws(TokenRefusal) -> Issued {
        guard let assertion = request["assertion"] else { throw .missingParameter("assertion") }
        switch subject(of: assertion, now: now) {
        case .failure(let refusal): throw .google(error: refusal.error, description: refusal.description)
        case .success((let mailbox, _, let scopes)):
            let resource = scopes.compactMap { Scope($0).resource }.first ?? .outlook
            let access = newAccessText(for: resource, scopes: scopes)
            let token = tokens.issueAccess(
                access, to: .user(login: mailbox.login), for: resource, scopes: scopes,
                expires: now + Double(habits.accessTokenLifetime), now: now)
            return Issued(text: access, token: token)
        }
    }
}

extension TokenAnswer {
    /// RFC 6749 section 5.2 in Google's words: no numbers, no traces.
    static func google(_ refusal: TokenRefusal) -> TokenAnswer {
        switch refusal {
        case .google(let error, let description): .failure(error == "unauthorized_client" ? 401 : 400, error, description)
        case .device(let error): .failure(error == "slow_down" || error == "access_denied" ? 403 : 428, error, error)
        case .unknownApplication: .failure(401, "invalid_client", "The OAuth client was not found.")
        case .secretMissing, .wrongSecret, .expiredSecret, .assertion: .failure(401, "invalid_client", "Unauthorized")
        case .refreshMalformed, .refreshForeign: .failure(400, "invalid_grant", "Bad Request")
        case .refreshSpent, .refreshRevoked, .refreshInactive, .refreshExpired, .notConsented, .multiFactor, .blockedByPolicy:
            .failure(400, "invalid_grant", "Token has been expired or revoked.")
        case .codeUnknown, .codeSpent, .codeExpired: .failure(400, "invalid_grant", "Malformed auth code.")
        case .verifierDiffers: .failure(400, "invalid_grant", "Invalid code verifier.")
        case .redirectDiffers: .failure(400, "redirect_uri_mismatch", "Bad Request")
        case .unsupportedGrant(let grant): .failure(400, "unsupported_grant_type", "Invalid grant_type: \(grant)")
        case .missingParameter(let name): .failure(400, "invalid_request", "Missing required parameter: \(name)")
        case .repeatedParameter(let name): .failure(400, "invalid_request", "Parameter not allowed more than once: \(name)")
        case .scopeInvalid, .scopeNotDefault, .severalResources, .unknownResource, .tenantMalformed, .tenantNotFound, .tenantNotNamed:
            .failure(400, "invalid_scope", "Some requested scopes were invalid.")
        }
    }
}
