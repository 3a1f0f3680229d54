internal import FoundationEssentials
internal import JWTKit
internal import Relay

/// What an id token claims (OpenID Connect Core 2), with the claims by which Entra and Google name people.
struct IDToken: JWTPayload {
    let iss: String
    let sub: String
    let aud: Audience
    let exp: Double
    let iat: Double?
    let nonce: String?
    let azp: String?
    let tid: String?
    let oid: String?
    let preferredUsername: String?
    let email: String?
    let upn: String?
    let isEmailVerified: LenientFlag?

    private enum CodingKeys: String, CodingKey {
        case iss, sub, aud, exp, iat, nonce, azp, tid, oid, email, upn
        case preferredUsername = "preferred_username"
        case isEmailVerified = "email_verified"
    }

    /// The claims are judged by `check`, which needs more than the algorithm; here the algorithm is: nothing symmetric, since the key would be public.
    func verify(using algorithm: some JWTAlgorithm) throws {
        guard Self.algorithms.contains(algorithm.name) else {
            throw JWTError.claimVerificationFailure(failedClaim: nil, reason: "it is signed with \(algorithm.name)")
        }
    }

    private static let algorithms: Set = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]

    /// OpenID Connect Core 3.1.3.7, steps 2 to 5 and 9 to 11.
    func check(_ question: IdentityQuestion, at now: Date) throws(IdentityFailure) {
        try checkIssuer(question)
        let client = question.application.clientID
        guard aud.values.contains(client) else {
            throw .refused("its id token is for \(Self.line(aud.values.joined(separator: ", "))), not for \(client)")
        }
        if aud.values.count > 1 || azp != nil, azp != client {
            throw .refused("its id token was given to \(Self.line(azp ?? "nobody in particular")), not to \(client)")
        }
        if let expected = question.nonce, nonce != expected { throw .refused("its id token answers another question (the nonce differs)") }
        let seconds = now.timeIntervalSince1970
        guard exp > seconds - Self.leeway else {
            throw .refused("its id token ended \(Self.whole(seconds - exp)) seconds ago: look at this machine's clock")
        }
        if let iat, iat > seconds + Self.leeway {
            throw .refused("its id token is from \(Self.whole(iat - seconds)) seconds ahead: look at this machine's clock")
        }
    }

    /// A provider may write any number, and most of them are no `Int`.
    private static func whole(_ seconds: Double) -> Int { Int(min(max(seconds, 0), 1e12)) }

    /// Clocks of two well-kept machines differ by less than five minutes.
    private static let leeway: Double = 300

    /// Entra's metadata for `common` and its kind names `{tenantid}`: the issuer is the token's own tenant then, and a tenant that was named must be it.
    private func checkIssuer(_ question: IdentityQuestion) throws(IdentityFailure) {
        let (provider, tenant) = (question.provider, question.application.tenant)
        guard let template = provider.authorization.issuer else {
            throw .refused(
                "\(provider.name) has no issuer to compare its id token with: `mandate providers set \(provider.id) --issuer URL`")
        }
        var expected = [provider.address(template, tenant: tenant)]
        switch provider.kind {
        case .microsoft:
            guard let tid else { throw .refused("its id token names no tenant") }
            let isGUID = tenant.utf8.count == 36 && tenant.split(separator: "-").count == 5
            if isGUID, tid.lowercased() != tenant.lowercased() {
                throw .refused("its id token is of tenant \(Self.line(tid)), not of \(tenant)")
            }
            expected = [provider.address(template, tenant: tid)]
        case .google: expected += expected.map { $0.hasPrefix("https://") ? String($0.dropFirst(8)) : $0 }
        case .custom: break
        }
        guard expected.contains(iss) else { throw .refused("its id token is from \(Self.line(iss)), not from \(expected[0])") }
    }

    /// `realm`: the provider as one writing of it, since Google has two in its tokens.
    func identity(_ kind: ProviderKind, realm: String) -> Identity {
        let address = isEmailVerified?.value == false ? nil : email
        switch kind {
        case .microsoft:
            return Identity(
                // Not `email`: an account's owner writes there what they like, and Entra vouches for nothing of it.
                logins: [preferredUsername, upn].compactMap(\.self),
                pin: PrincipalPin(realm: tid ?? realm, subject: oid ?? sub))
        case .google, .custom:
            return Identity(logins: [address, preferredUsername].compactMap(\.self) + [sub], pin: PrincipalPin(realm: realm, subject: sub))
        }
    }

    static func line(_ text: String) -> String { TokenDetail(hiding: []).line(text) }
}

/// The answer of a userinfo endpoint (OpenID Connect Core 5.3.2).
struct UserInfo: Decodable {
    let sub: String
    let preferredUsername: String?
    let email: String?
    let isEmailVerified: LenientFlag?

    private enum CodingKeys: String, CodingKey {
        case sub, email
        case preferredUsername = "preferred_username"
        case isEmailVerified = "email_verified"
    }

    func identity(realm: String) -> Identity {
        Identity(
            logins: [isEmailVerified?.value == false ? nil : email, preferredUsername].compactMap(\.self) + [sub],
            pin: PrincipalPin(realm: realm, subject: sub))
    }
}

/// One audience or several (RFC 7519 section 4.1.3). Not the library's type, which ends the process over an empty list.
struct Audience: Codable, Sendable {
    let values: [String]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        values = try (try? container.decode(String.self)).map { [$0] } ?? container.decode([String].self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }
}

/// `true`, or "true": some providers write booleans as text.
struct LenientFlag: Codable, Sendable {
    let value: Bool

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        value = try (try? container.decode(Bool.self)) ?? (container.decode(String.self).lowercased() == "true")
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}
