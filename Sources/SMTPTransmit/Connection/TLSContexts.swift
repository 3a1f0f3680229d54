internal import NIOSSL
internal import Relay
internal import Synchronization

/// TLS contexts by the certificates they trust beside the system's: reading the system's trust store takes tens of milliseconds, so it is
/// done once for each text. A class because all sends share it.
final class TLSContexts: Sendable {
    /// An administrator has a handful of providers; whoever changes certificates often must not fill the memory with old ones.
    private static let limit = 32

    private let contexts = Mutex<[String: NIOSSLContext]>([:])

    /// TLS 1.2 at least, certificate and name verified always.
    func context(trusting certificates: String?) throws(TransmitFailure) -> NIOSSLContext {
        let made = contexts.withLock { contexts in
            Result {
                if let context = contexts[certificates ?? ""] { return context }
                let context = try Self.make(certificates)
                if contexts.count >= Self.limit { contexts.removeAll() }
                contexts[certificates ?? ""] = context
                return context
            }
        }
        switch made {
        case .success(let context): return context
        case .failure(let error):
            throw TransmitFailure(stage: .connect, cause: .tls("the provider's trusted certificates cannot be used: \(error)"))
        }
    }

    private static func make(_ certificates: String?) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        if let certificates, !certificates.isEmpty {
            configuration.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMBytes(Array(certificates.utf8)))]
        }
        return try NIOSSLContext(configuration: configuration)
    }
}
