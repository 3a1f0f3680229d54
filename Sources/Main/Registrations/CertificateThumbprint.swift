internal import Crypto
internal import SwiftASN1
internal import X509

/// How Entra names a certificate in its pages: SHA-1 over the DER form, in hexadecimal. It names, and protects nothing.
enum CertificateThumbprint {
    static func of(_ pem: String) -> String? {
        var serializer = DER.Serializer()
        guard let certificate = try? Certificate(pemEncoded: pem), (try? serializer.serialize(certificate)) != nil else { return nil }
        let digest = Array(Insecure.SHA1.hash(data: serializer.serializedBytes))
        return "thumbprint "
            + digest.map { String($0 >> 4, radix: 16, uppercase: true) + String($0 & 15, radix: 16, uppercase: true) }.joined()
    }
}
