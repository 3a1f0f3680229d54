import CryptoExtras
import Foundation
import Sandbox

/// Whoever gives this machine tokens of its own, as a cluster or a cloud does: signed, and good for a while.
struct WorkloadIssuer {
    static let issuer = "https://oidc.cluster.example"
    static let subject = "system:serviceaccount:mail:mandate"
    private let key: _RSA.Signing.PrivateKey

    init() throws { key = try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    var publicKeyPEM: String { key.publicKey.pemRepresentation }

    /// As an administrator enters it at the provider.
    var identity: AppRegistration.FederatedIdentity {
        .init(issuer: Self.issuer, subject: Self.subject, publicKeyPEM: publicKeyPEM)
    }

    func token(
        issuer: String = issuer, subject: String = subject, audience: String = "api://AzureADTokenExchange", expires: Date
    ) throws -> String {
        let claims: [String: Any] = [
            "iss": issuer, "sub": subject, "aud": [audience], "exp": Int(expires.timeIntervalSince1970),
            "iat": Int(expires.timeIntervalSince1970) - 3600, "jti": UUID().uuidString,
        ]
        let signed = try [["alg": "RS256", "typ": "JWT", "kid": "k1"] as [String: Any], claims]
            .map { Self.base64URL(try JSONSerialization.data(withJSONObject: $0)) }.joined(separator: ".")
        let signature = try key.signature(for: Data(signed.utf8), padding: .insecurePKCS1v1_5)
        return signed + "." + Self.base64URL(signature.rawRepresentation)
    }

    private static func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
