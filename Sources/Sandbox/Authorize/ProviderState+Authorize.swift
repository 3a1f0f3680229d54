internal import Crypto
internal import Foundation

/// The authorisation endpoint's logic (RFC 6749 section 4.1.1): a page that asks, and where the answer goes.
extension ProviderState {
    /// A GET: who signs in, and what for. What is wrong with the application itself must not be sent to its redirect URI.
    func authorizationPage(_ query: String, now: Double) -> WebAnswer {
        let fields = Fields(query)
        guard let clientID = fields["client_id"], let application = tenant.application(clientID) else {
            return .page(status: 400, html: ConsentPage.trouble("AADSTS700016: there is no application \(fields["client_id"] ?? "")"))
        }
        guard let redirect = fields["redirect_uri"], application.redirects(to: redirect) else {
            return .page(
                status: 400,
                html: ConsentPage.trouble(
                    "AADSTS50011: the redirect URI '\(fields["redirect_uri"] ?? "")' does not match the redirect URIs configured for the application '\(clientID)'"
                ))
        }
        guard fields["response_type"] == "code" else { return back(redirect, fields, ["error": "unsupported_response_type"]) }
        guard fields["scope"] != nil else { return back(redirect, fields, ["error": "invalid_request", "error_description": "no scope"]) }
        guard fields["code_challenge"] == nil || fields["code_challenge_method"] == "S256" else {
            return back(redirect, fields, ["error": "invalid_request", "error_description": "S256 is wanted"])
        }
        return .page(status: 200, html: ConsentPage.ask(application, tenant, fields, query))
    }

    /// The form's POST.
    mutating func authorize(_ query: String, form: String, now: Double) -> WebAnswer {
        guard case .page(200, _) = authorizationPage(query, now: now) else { return authorizationPage(query, now: now) }
        let (fields, answer) = (Fields(query), Fields(form))
        guard let redirect = fields["redirect_uri"], let clientID = fields["client_id"] else { return authorizationPage(query, now: now) }
        guard answer["action"] == "allow" else {
            return back(redirect, fields, ["error": "access_denied", "error_description": "the user has denied access"])
        }
        guard let login = answer["login"], let mailbox = tenant.mailbox(login: login) else {
            return .page(status: 400, html: ConsentPage.trouble("AADSTS50034: there is no user \(answer["login"] ?? "")"))
        }
        authorizations.forget(before: now)
        let code = dice.token(prefix: "0.A", length: 120)
        let scopes = (fields["scope"] ?? "").split(separator: " ").map(String.init)
        let isOffline = habits.flavour == .microsoft || fields["access_type"] == "offline"
        let isFirst = fields["prompt"] == "consent" || !authorizations.consented.contains("\(clientID) \(mailbox.login)")
        let given = habits.flavour == .google && isOffline && isFirst ? scopes + ["offline_access"] : scopes
        authorizations.codes[code] = AuthorizationBook.Code(
            login: mailbox.login, clientID: clientID, redirectURI: redirect, challenge: fields["code_challenge"], nonce: fields["nonce"],
            scopes: given.filter { !habits.withheldScopes.contains($0) }, expires: now + AuthorizationBook.codeLife)
        return back(redirect, fields, ["code": code])
    }

    private func back(_ redirect: String, _ fields: Fields, _ answer: [String: String]) -> WebAnswer {
        var all = answer
        if let state = fields["state"] { all["state"] = state }
        if let issuer = habits.responseIssuer { all["iss"] = issuer == "own" ? self.issuer : issuer }
        let query = all.sorted { $0.key < $1.key }.map { "\($0.key)=\(Fields.encoded($0.value))" }.joined(separator: "&")
        return .redirect(redirect + (redirect.contains("?") ? "&" : "?") + query)
    }

    /// As its metadata and id tokens name it.
    var issuer: String {
        switch habits.flavour {
        case .microsoft: "\(base)/\(tenant.id)/v2.0"
        case .google: base
        }
    }

    /// What stands in for a person's number: always the same for one login.
    static func number(_ login: String) -> String {
        let hex = SHA256.hash(data: Data(login.lowercased().utf8)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        let digits = Array(hex)
        return
            "\(String(digits[0..<8]))-\(String(digits[8..<12]))-4\(String(digits[13..<16]))-a\(String(digits[17..<20]))-\(String(digits[20..<32]))"
    }

    /// OpenID Connect Core 2; nil unless `openid` was asked for.
    mutating func idToken(login: String, clientID: String, scopes: [String], nonce: String?, now: Double) -> String? {
        guard scopes.contains("openid") else { return nil }
        let defect = habits.idTokenDefect
        var claims: [String: Any] = [
            "iss": defect == .issuer ? "https://evil.example" : issuer, "aud": defect == .audience ? "another" : clientID,
            "iat": Int(now), "exp": Int(defect == .expired ? now - 3600 : now + 3600), "sub": "s-" + Self.number(login),
        ]
        if let nonce { claims["nonce"] = defect == .nonce ? "another" : nonce }
        if defect == .noAudience { claims["aud"] = [String]() }
        if defect == .absurdEnd { claims["exp"] = -1e300 }
        if defect == .absurdBeginning { claims["iat"] = 1e300 }
        switch habits.flavour {
        case .microsoft:
            claims["tid"] = tenant.id
            claims["oid"] = Self.number(login)
            claims["preferred_username"] = login
        case .google:
            claims["email"] = login
            claims["email_verified"] = true
        }
        let token = signer().sign(claims)
        switch defect {
        case .signature: return String(token.dropLast(6)) + "AAAAAA"
        case .algorithmNone:
            let head = Base64URL.text(Data(#"{"alg":"none","typ":"JWT"}"#.utf8))
            return ([Substring(head)] + token.split(separator: ".")[1...1]).joined(separator: ".") + "."
        case nil, .audience, .noAudience, .issuer, .nonce, .expired, .absurdEnd, .absurdBeginning: return token
        }
    }

    mutating func signer() -> SigningKey {
        if let signingKey { return signingKey }
        let made = SigningKey(id: dice.hex(16))
        signingKey = made
        return made
    }

    /// Among keys that nobody can use: a kind from the future, one that lacks its number, one that has no name.
    mutating func keyDocument() -> String {
        let odd: [[String: String]] = [
            ["kty": "NEW", "kid": "n"], ["kty": "RSA", "kid": "r", "e": "AQAB"], ["kty": "RSA", "e": "AQAB", "n": "AQAB"],
        ]
        return JSONText.text(["keys": odd + [signer().published]])
    }

    func discoveryDocument() -> String {
        var document: [String: Any] = [
            "issuer": issuer, "token_endpoint": endpoint(.token), "authorization_endpoint": endpoint(.authorize),
            "jwks_uri": endpoint(.keys),
            "userinfo_endpoint": endpoint(.userinfo), "device_authorization_endpoint": endpoint(.device),
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        ]
        if habits.flavour == .google { document["revocation_endpoint"] = endpoint(.revoke) }
        if habits.responseIssuer != nil { document["authorization_response_iss_parameter_supported"] = true }
        return JSONText.text(document)
    }

    enum Endpoint: Sendable { case authorize, token, device, keys, userinfo, revoke }

    func endpoint(_ endpoint: Endpoint, tenant name: String? = nil) -> String {
        let tenant = "\(base)/\(name ?? tenant.id)"
        return switch (habits.flavour, endpoint) {
        case (.microsoft, .authorize): tenant + "/oauth2/v2.0/authorize"
        case (.microsoft, .token): tenant + "/oauth2/v2.0/token"
        case (.microsoft, .device): tenant + "/oauth2/v2.0/devicecode"
        case (.microsoft, .keys): tenant + "/discovery/v2.0/keys"
        case (.microsoft, .userinfo): base + "/oidc/userinfo"
        case (.google, .authorize): base + "/o/oauth2/v2/auth"
        case (.google, .token): base + "/token"
        case (.google, .device): base + "/device/code"
        case (.google, .keys): base + "/oauth2/v3/certs"
        case (.google, .userinfo): base + "/v1/userinfo"
        case (_, .revoke): base + "/revoke"
        }
    }
}
