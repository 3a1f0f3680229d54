internal import Crypto
internal import CryptoExtras
internal import Foundation
internal import SwiftASN1
internal import X509

/// Assertions that applications and service accounts sign (RFC 7523), judged as Entra and Google do (domain.md 2.3, 3.4).
extension ProviderState {
    /// Entra's `private_key_jwt`: PS256 by a registered certificate, for this endpoint, once. nil: it is good.
    mutating func trouble(with assertion: String, of application: AppRegistration, audience: [String], now: Double) -> String? {
        guard let jws = CompactJWS(assertion) else { return "AADSTS50027: JWT token is invalid or malformed." }
        if let issuer = jws.claims["iss"] as? String, issuer != application.clientID {
            return trouble(withForeign: jws, from: issuer, of: application, now: now)
        }
        let thumbprint = jws.header["x5t#S256"] as? String
        guard jws.header["alg"] as? String == "PS256",
            let certificate = application.certificates.compactMap({ try? Certificate(pemEncoded: $0) })
                .first(where: { Self.thumbprint($0) == thumbprint }), jws.isSigned(by: certificate, isPSS: true)
        else { return "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application." }
        let (claims, id) = (jws.claims, application.clientID)
        guard claims["iss"] as? String == id, claims["sub"] as? String == id else { return "AADSTS700021: issuer or subject do not match." }
        guard let aud = claims["aud"] as? String, audience.contains(aud) else {
            return "AADSTS700023: Client assertion audience claim does not match."
        }
        guard let exp = claims["exp"] as? Double, exp > now, exp <= now + 660 else {
            return "AADSTS700024: Client assertion is not within its valid time range."
        }
        guard let jti = claims["jti"] as? String, authorizations.assertions.insert(jti).inserted else {
            return "AADSTS700025: Client assertion was used already."
        }
        return nil
    }

    /// Of a federated identity: issuer, subject and audience, in this order. It may be shown as often as it is good.
    private func trouble(withForeign jws: CompactJWS, from issuer: String, of application: AppRegistration, now: Double) -> String? {
        let none = "No matching federated identity record found for presented assertion"
        guard !application.federatedIdentities.isEmpty else {
            return
                "AADSTS70025: The client '\(application.clientID)'(\(application.name)) has no configured federated identity credentials."
        }
        let ofIssuer = application.federatedIdentities.filter { $0.issuer == issuer }
        guard !ofIssuer.isEmpty else { return "AADSTS700211: \(none) issuer '\(issuer)'." }
        let subject = jws.claims["sub"] as? String ?? ""
        let ofSubject = ofIssuer.filter { $0.subject == subject }
        guard !ofSubject.isEmpty else { return "AADSTS700213: \(none) subject '\(subject)'." }
        let audiences = (jws.claims["aud"] as? [String]) ?? [jws.claims["aud"] as? String ?? ""]
        guard let identity = ofSubject.first(where: { audiences.contains($0.audience) }) else {
            return "AADSTS700212: \(none) audience '\(audiences.joined(separator: ","))'."
        }
        guard jws.header["alg"] as? String == "RS256", jws.isSigned(byPublicKey: identity.publicKeyPEM) else {
            return "AADSTS50013: Assertion failed signature validation. [Reason - The key was not found.]"
        }
        guard let exp = jws.claims["exp"] as? Double, exp > now else {
            return "AADSTS700024: Client assertion is not within its valid time range."
        }
        return nil
    }

    /// Google's JWT bearer: the mailbox the token is for, or the error to answer.
    func subject(of assertion: String, now: Double) -> Result<
        (mailbox: HostedMailbox, account: AppRegistration, scopes: [String]), GoogleRefusal
    > {
        guard let jws = CompactJWS(assertion), jws.header["alg"] as? String == "RS256", let issuer = jws.claims["iss"] as? String else {
            return .failure(GoogleRefusal("invalid_grant", "Bad Request"))
        }
        guard let account = tenant.applications.first(where: { $0.serviceAccount?.address == issuer }), let key = account.serviceAccount,
            jws.isSigned(byPublicKey: key.publicKeyPEM)
        else { return .failure(GoogleRefusal("invalid_grant", "Invalid JWT Signature.")) }
        guard jws.claims["aud"] as? String == endpoint(.token) else {
            return .failure(GoogleRefusal("invalid_grant", "Invalid JWT audience."))
        }
        guard let iat = jws.claims["iat"] as? Double, let exp = jws.claims["exp"] as? Double, exp <= iat + 3600, exp > now, iat <= now + 300
        else {
            return .failure(
                GoogleRefusal(
                    "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."))
        }
        let scopes = (jws.claims["scope"] as? String ?? "").split(separator: " ").map(String.init)
        guard !scopes.isEmpty, scopes.allSatisfy(key.scopes.contains) else {
            return .failure(
                GoogleRefusal(
                    "unauthorized_client",
                    "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested."
                ))
        }
        guard let sub = jws.claims["sub"] as? String,
            let mailbox = tenant.mailboxes.first(where: { $0.address.lowercased() == sub.lowercased() })
        else { return .failure(GoogleRefusal("invalid_grant", "Invalid email or User ID")) }
        return .success((mailbox, account, scopes))
    }

    private static func thumbprint(_ certificate: Certificate) -> String? {
        var serializer = DER.Serializer()
        guard (try? serializer.serialize(certificate)) != nil else { return nil }
        return Base64URL.text(Data(SHA256.hash(data: serializer.serializedBytes)))
    }
}

struct GoogleRefusal: Error, Sendable, Hashable {
    let error: String
    let description: String

    init(_ error: String, _ description: String) {
        self.error = error
        self.description = description
    }
}

/// A JWT taken apart (RFC 7515 section 3.1), signature unseen.
struct CompactJWS {
    let header: [String: Any]
    let claims: [String: Any]
    private let signed: Data
    private let signature: Data

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]),
            let signature = Base64URL.data(parts[2])
        else { return nil }
        self.header = header
        self.claims = claims
        self.signature = signature
        signed = Data((parts[0] + "." + parts[1]).utf8)
    }

    func isSigned(by certificate: Certificate, isPSS: Bool) -> Bool {
        guard let pem = try? certificate.publicKey.serializeAsPEM().pemString else { return false }
        return isSigned(byPublicKey: pem, padding: isPSS ? .PSS : .insecurePKCS1v1_5)
    }

    func isSigned(byPublicKey pem: String, padding: _RSA.Signing.Padding = .insecurePKCS1v1_5) -> Bool {
        guard let key = try? _RSA.Signing.PublicKey(pemRepresentation: pem) else { return false }
        return key.isValidSignature(
            _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: signed), padding: padding)
    }

    private static func object(_ part: Substring) -> [String: Any]? {
        Base64URL.data(part).flatMap { try? JSONSerialization.jsonObject(with: $0) as? [String: Any] }
    }
}
