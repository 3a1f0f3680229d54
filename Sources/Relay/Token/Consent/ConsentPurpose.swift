/// What a consent is for: a grant, and the resources that its mailboxes need tokens of.
package struct ConsentPurpose: Sendable {
    package let source: GrantSource
    /// The first is asked for at once; the refresh token brings the others.
    package let resources: [TokenResource]
    /// Who may consent where the grant names nobody: the logins of its mailboxes. Empty: whoever comes first, and only that person ever after.
    package let logins: [String]

    package init(source: GrantSource, resources: [TokenResource], logins: [String]) {
        self.source = source
        self.resources = resources.isEmpty ? [.smtp] : resources
        self.logins = logins
    }

    /// As the directory has it: the transports of the grant's mailboxes, SMTP first, and reading where one of them is read; at Microsoft every way to send.
    package init?(_ grant: GrantID, in directory: Directory) {
        guard let source = directory.source(of: grant) else { return nil }
        let mailboxes = directory.mailboxes(of: grant)
        self.init(
            source: source, resources: source.provider.consented(for: TokenResource.needed(by: mailboxes)),
            logins: source.grant.principal.map { [$0] } ?? mailboxes.map(\.login))
    }

    var resource: TokenResource { resources[0] }

    /// Of the authorisation request, which may name several resources.
    var authorizationScope: String {
        Self.joined(resources.compactMap { source.provider.scopes[$0]?.delegated } + [source.provider.authorization.identityScopes])
    }

    /// Of the token request, which may name one (domain.md 2.1).
    var tokenScope: String {
        Self.joined([source.provider.scopes[resource]?.delegated ?? "", source.provider.authorization.identityScopes])
    }

    func tokenRequest(_ kind: TokenRequest.Kind, _ authentication: ClientAuthentication) throws(TokenFailure) -> TokenRequest {
        TokenRequest(
            endpoint: source.provider.address(source.provider.tokenEndpoint, tenant: source.application.tenant), kind: kind,
            clientID: source.application.clientID, authentication: authentication, scope: tokenScope,
            trustedCertificates: source.provider.trustedCertificates)
    }

    /// The authorisation request (RFC 6749 section 4.1.1) with PKCE S256 (RFC 7636) and a nonce.
    func address(_ attempt: ConsentAttempt, _ secrets: ConsentSecrets) throws(ConsentFailure) -> String {
        guard let endpoint = source.provider.authorization.authorizationEndpoint else {
            throw .notPossible(
                "\(source.provider.name) has no authorisation endpoint: `mandate providers set \(source.provider.id)` names it")
        }
        var fields = [
            ("response_type", "code"), ("client_id", source.application.clientID), ("redirect_uri", attempt.redirectURI),
            ("scope", attempt.scope), ("state", secrets.state), ("nonce", secrets.nonce), ("code_challenge", secrets.challenge),
            ("code_challenge_method", "S256"), ("response_mode", "query"),
        ]
        if let hint = logins.first { fields.append(("login_hint", hint)) }
        fields += source.provider.authorization.parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let address = source.provider.address(endpoint, tenant: source.application.tenant)
        let query = fields.map { "\($0.0)=\(PercentCoding.encode($0.1))" }.joined(separator: "&")
        return address + (address.contains("?") ? "&" : "?") + query
    }

    /// RFC 9207: an `iss` must be ours; where the metadata promises one, it must be there.
    func check(issuer: String?) throws(ConsentFailure) {
        let expected = source.provider.authorization.issuer.map { source.provider.address($0, tenant: source.application.tenant) }
        guard let issuer else {
            if source.provider.authorization.promisesIssuer { throw .issuerMissing(expected: expected ?? source.provider.name) }
            return
        }
        guard issuer == expected else { throw .otherIssuer(expected: expected ?? source.provider.name, found: ProviderText.line(issuer)) }
    }

    /// A pinned grant is that person's alone; before, it is whoever signs in with the right login.
    func check(_ identity: Identity) throws(ConsentFailure) {
        let found = identity.logins.first ?? identity.pin.subject
        if let pin = source.grant.pin {
            guard identity.pin == pin else { throw .wrongPerson(expected: source.grant.principal ?? pin.description, found: found) }
            return
        }
        guard !logins.isEmpty else { return }
        let names = Set(identity.logins.map { $0.lowercased() })
        guard logins.contains(where: { names.contains($0.lowercased()) }) else {
            throw .wrongPerson(expected: logins.joined(separator: " or "), found: found)
        }
    }

    /// What was asked for and not given. Entra answers `SMTP.Send` under whichever of its host names it likes, so the last step of a scope counts there.
    func missing(in granted: String?) -> [String] {
        guard let granted else { return [] }
        let isMicrosoft = source.provider.kind == .microsoft
        func name(_ scope: Substring) -> String {
            (isMicrosoft ? scope.split(separator: "/").last ?? scope : scope).lowercased()
        }
        let given = Set(granted.split(separator: " ").map(name))
        let wanted = (source.provider.scopes[resource]?.delegated ?? "").split(separator: " ")
        return wanted.filter { !Self.unanswered.contains(String($0)) && !given.contains(name($0)) }.map(String.init)
    }

    /// Providers do not repeat these in the answer.
    private static let unanswered: Set = ["openid", "profile", "email", "offline_access"]

    private static func joined(_ lists: [String]) -> String {
        var seen: Set<Substring> = []
        return lists.flatMap { $0.split(separator: " ") }.filter { seen.insert($0).inserted }.joined(separator: " ")
    }
}
