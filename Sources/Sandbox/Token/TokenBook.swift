/// Every token handed out, by its text. What they open stands here; what stands in them is for whoever reads it, and nothing is decided by it.
package struct TokenBook: Sendable {
    package struct AccessToken: Sendable, Hashable {
        package enum Principal: Sendable, Hashable {
            case user(login: String)
            case application(clientID: String)
        }

        /// A short name for records and logs; the text is a secret even in a sandbox.
        package var id: String
        package var principal: Principal
        package var resource: Resource
        package var scopes: [String]
        /// Of an application that asks in its own name.
        package var roles: Set<String> = []
        package var expires: Double
        package var isRevoked = false
    }

    struct RefreshToken: Sendable, Hashable {
        var consent: Int
        var issued: Double
        var lastUsed: Double
        var isSpent = false
    }

    /// What one user once allowed one application, and how that stands today.
    package struct Consent: Sendable, Hashable {
        package enum Standing: Sendable, Hashable {
            case granted
            case revoked
            case inactive
            case expired
            case needsMultiFactor
            case blockedByPolicy
            case withdrawn
        }

        var login: String
        var clientID: String
        var scopes: [String]
        var granted: Double
        var standing: Standing
    }

    private var access: [String: AccessToken] = [:]
    private var refresh: [String: RefreshToken] = [:]
    private(set) var consents: [Consent] = []
    private var issued = 0

    func accessToken(_ text: String) -> AccessToken? { access[text] }

    func refreshToken(_ text: String) -> RefreshToken? { refresh[text] }

    /// Of every token that is still known.
    var texts: [String] { Array(access.keys) + Array(refresh.keys) }

    mutating func issueAccess(
        _ text: String, to principal: AccessToken.Principal, for resource: Resource, scopes: [String], roles: Set<String> = [],
        expires: Double, now: Double
    ) -> AccessToken {
        // Tokens expired for an hour can answer nothing that an unknown one would not; a sandbox that runs for weeks must not keep them.
        if access.count >= 8_192 { access = access.filter { $0.value.expires > now - 3_600 } }
        issued += 1
        let token = AccessToken(id: "A\(issued)", principal: principal, resource: resource, scopes: scopes, roles: roles, expires: expires)
        access[text] = token
        return token
    }

    mutating func open(_ consent: Consent) -> Int {
        consents.append(consent)
        return consents.count - 1
    }

    mutating func issueRefresh(_ text: String, consent: Int, now: Double) {
        refresh[text] = RefreshToken(consent: consent, issued: now, lastUsed: now)
    }

    mutating func used(_ text: String, now: Double, spent: Bool) {
        refresh[text]?.lastUsed = now
        refresh[text]?.isSpent = spent
    }

    /// Changes the standing of the consents of this login, with every application or with one.
    mutating func setStanding(_ standing: Consent.Standing, login: String, clientID: String?) {
        for index in consents.indices where consents[index].login.lowercased() == login.lowercased() {
            if let clientID, consents[index].clientID != clientID { continue }
            consents[index].standing = standing
        }
    }

    mutating func setStanding(_ standing: Consent.Standing, consent index: Int) { consents[index].standing = standing }

    /// RFC 7009: the consent behind a refresh token ends with it.
    mutating func revoke(refresh text: String) -> Bool {
        guard let token = refresh[text] else { return false }
        setStanding(.revoked, consent: token.consent)
        return true
    }

    mutating func revokeAccess(where matches: (AccessToken) -> Bool) {
        for (text, token) in access where matches(token) { access[text]?.isRevoked = true }
    }
}
