internal import Foundation
internal import NIOCore
internal import NIOSSL
internal import Relay

/// Says in words what was wrong with TLS; the library's own errors are numbers of BoringSSL.
struct TLSTrouble {
    let host: String
    /// What the server showed, where the handshake came that far.
    let certificate: NIOSSLCertificate?
    let now: Date

    /// Nil: the error is none of TLS, the connection is simply gone.
    func cause(of error: any Error) -> TransmitFailure.Cause? {
        switch error {
        case let error as NIOSSLError: cause(of: error)
        case let error as BoringSSLError: .tls(words(for: error))
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            .tls("the server's certificate is not for \(host)")
        case let error as NIOSSLExtraError: .tls("\(error)")
        default: nil
        }
    }

    private func cause(of error: NIOSSLError) -> TransmitFailure.Cause? {
        switch error {
        case .uncleanShutdown, .shutdownFailed, .writeDuringTLSShutdown, .readInInvalidTLSState: nil
        case .handshakeFailed(.sslError(let stack)) where stack.contains(.eofDuringHandshake): nil
        case .handshakeFailed(.syscallError): nil
        case .handshakeFailed(let error): .tls(words(for: error))
        case .unableToValidateCertificate, .noCertificateToValidate, .cannotMatchULabel, .cannotFindPeerIP:
            .tls("the server's certificate is not for \(host)")
        default: .tls("\(error)")  // the rest is about making contexts, not about a server
        }
    }

    private func words(for error: BoringSSLError) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return certificateWords }
        if text.contains("WRONG_VERSION_NUMBER") { return "\(host) does not speak TLS on this port" }
        if text.contains("UNSUPPORTED_PROTOCOL") || text.contains("PROTOCOL_VERSION") { return "\(host) does not speak TLS 1.2 or later" }
        if text.contains("HANDSHAKE_FAILURE") {
            return "\(host) refused the handshake: no cipher in common, or it wants a client certificate"
        }
        return "the handshake with \(host) failed: \(text)"
    }

    private var certificateWords: String {
        guard let certificate else { return "the certificate of \(host) is expired, or its authority is not trusted here" }
        let (from, until) = (certificate.notValidBefore, certificate.notValidAfter)
        if now < Self.date(from) { return "the certificate of \(host) is not valid before \(Self.date(from).ISO8601Format())" }
        if now > Self.date(until) { return "the certificate of \(host) expired on \(Self.date(until).ISO8601Format())" }
        return "the authority that signed the certificate of \(host) is not trusted here; give its certificate to the provider's settings"
    }

    private static func date(_ seconds: time_t) -> Date { Date(timeIntervalSince1970: Double(seconds)) }
}
