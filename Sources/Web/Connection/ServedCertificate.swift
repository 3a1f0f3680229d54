internal import NIOCore
internal import NIOHTTP2
internal import NIOSSL
package import Relay
internal import Synchronization

/// The certificate that browsers are shown: after a reload another one, to connections from then on.
///
/// A class because whoever reloads the configuration and the server share it; what changes is behind a lock.
package final class ServedCertificate: Sendable {
    private let current: Mutex<TLSConfiguration>

    package init(_ identity: ServerIdentity) throws(UnusableCertificate) {
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(identity.certificates).map { NIOSSLCertificateSource.certificate($0) }
            let key = try NIOSSLPrivateKey(bytes: identity.key, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: certificates, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = NIOHTTP2SupportedALPNProtocols
            // Only this finds out whether they belong together.
            _ = try NIOSSLContext(configuration: configuration)
            current = Mutex(configuration)
        } catch { throw UnusableCertificate() }
    }

    /// For handshakes from now on.
    package func become(_ other: ServedCertificate) {
        let configuration = other.current.withLock { $0 }
        current.withLock { $0 = configuration }
    }

    /// At each handshake the certificate is asked for anew.
    var configuration: TLSConfiguration {
        var configuration = current.withLock { $0 }
        configuration.sslContextCallback = { [self] _, promise in
            let now = current.withLock { $0 }
            var shown = NIOSSLContextConfigurationOverride()
            shown.certificateChain = now.certificateChain
            shown.privateKey = now.privateKey
            promise.succeed(shown)
        }
        return configuration
    }
}

/// They are no PEM, or one is not the other's.
package struct UnusableCertificate: Error, Sendable, Hashable {}
