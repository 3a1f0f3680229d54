internal import NIOSSL
internal import Crypto
internal import Foundation
internal import SwiftASN1
internal import X509

/// A certificate authority that lives as long as one sandbox, and the one server certificate it signs: for `localhost` and 127.0.0.1.
///
/// The dates are fixed and wide, not taken from the sandbox's clock: a test may set that clock to any year, but clients check
/// certificates against the real one.
package struct CertificateAuthority: Sendable {
    /// What a client must trust.
    package let certificatePEM: String
    private let serverPEM: String
    private let serverKeyPEM: String

    init(dice: inout Dice) throws {
        let rootKey = P256.Signing.PrivateKey()
        let rootName = try DistinguishedName {
            OrganizationName("Mandate sandbox")
            CommonName("Mandate sandbox authority \(dice.hex(8))")
        }
        let rootPublicKey = Certificate.PublicKey(rootKey.publicKey)
        let root = try Self.sign(
            rootPublicKey, named: rootName, issuer: rootName, issuerKey: rootKey, serial: dice.bytes(16),
            Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: rootPublicKey)
            })
        let serverKey = P256.Signing.PrivateKey()
        let serverPublicKey = Certificate.PublicKey(serverKey.publicKey)
        let rootIdentifier = SubjectKeyIdentifier(hash: rootPublicKey)
        let server = try Self.sign(
            serverPublicKey, named: try DistinguishedName { CommonName("localhost") }, issuer: rootName, issuerKey: rootKey,
            serial: dice.bytes(16),
            Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([.dnsName("localhost"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))])
                SubjectKeyIdentifier(hash: serverPublicKey)
                AuthorityKeyIdentifier(keyIdentifier: rootIdentifier.keyIdentifier)
            })
        certificatePEM = try root.serializeAsPEM().pemString + "\n"
        serverPEM = try server.serializeAsPEM().pemString + "\n"
        serverKeyPEM = serverKey.pemRepresentation
    }

    /// Puts the authority's certificate where `curl --cacert` or a trust store setting can read it.
    package func writeCertificate(to path: String) throws {
        try Data(certificatePEM.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    /// TLS 1.2 and later, as the real ones.
    func serverConfiguration() throws -> TLSConfiguration {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(serverPEM.utf8)).map(NIOSSLCertificateSource.certificate)
        let key = try NIOSSLPrivateKey(bytes: Array(serverKeyPEM.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }

    private static func sign(
        _ key: Certificate.PublicKey, named subject: DistinguishedName, issuer: DistinguishedName,
        issuerKey: P256.Signing.PrivateKey, serial: [UInt8], _ extensions: Certificate.Extensions
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(bytes: [0x01] + serial), publicKey: key,
            notValidBefore: Date(timeIntervalSince1970: 946_684_800),  // 2000-01-01
            notValidAfter: Date(timeIntervalSince1970: 2_524_521_600),  // 2049-12-31, the last day UTCTime can name
            issuer: issuer, subject: subject, signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
            issuerPrivateKey: Certificate.PrivateKey(issuerKey))
    }
}
