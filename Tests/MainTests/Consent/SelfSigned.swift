import Crypto
import CryptoExtras
import Foundation
import SwiftASN1
import X509

/// A self-signed certificate and its key, both as PEM, as an administrator makes them.
struct SelfSigned {
    let pem: String
    let key: String

    init(pem: String, key: String) {
        self.pem = pem
        self.key = key
    }

    init() throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let name = try DistinguishedName { CommonName("mandate") }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
            notValidBefore: Date(timeIntervalSince1970: 1_700_000_000),
            notValidAfter: Date(timeIntervalSince1970: 2_000_000_000), issuer: name, subject: name,
            signatureAlgorithm: .sha256WithRSAEncryption,
            extensions: .init(), issuerPrivateKey: .init(key))
        self.init(pem: try certificate.serializeAsPEM().pemString, key: key.pemRepresentation)
    }
}
