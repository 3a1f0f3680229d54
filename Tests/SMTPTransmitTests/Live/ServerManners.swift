import Foundation
import NIOSSL

/// How a scripted server answers: one rule for each verb, and rules for single recipients as `RCPT bob@example.net`.
///
/// Verbs are CONNECT, EHLO, STARTTLS, AUTH, RESPONSE (the line behind a 334), MAIL, RCPT, DATA, CONTENT (the final dot), RSET, QUIT.
struct ServerManners: Sendable {
    enum Answer: Sendable {
        /// Lines with their ends, as they go over the wire.
        case say(String)
        case sayAndClose(String)
        case close
        case silence
    }

    enum Certificate: String, Sendable {
        case localhost, elsewhere, expired
    }

    var answers: [String: Answer]
    var certificate = Certificate.localhost
    var isImplicitTLS = false

    static func good(_ extensions: String...) -> ServerManners {
        let offer = extensions.map { "250-\($0)\r\n" }.joined()
        return ServerManners(answers: [
            "CONNECT": .say("220 server.test ESMTP\r\n"), "EHLO": .say("250-server.test\r\n250-STARTTLS\r\n\(offer)250 AUTH XOAUTH2\r\n"),
            "STARTTLS": .say("220 2.0.0 go\r\n"), "AUTH": .say("235 2.7.0 ok\r\n"), "RESPONSE": .say("235 2.7.0 ok\r\n"),
            "MAIL": .say("250 2.1.0 ok\r\n"), "RCPT": .say("250 2.1.5 ok\r\n"), "DATA": .say("354 go\r\n"),
            "CONTENT": .say("250 2.0.0 taken\r\n"), "RSET": .say("250 2.0.0 ok\r\n"), "QUIT": .sayAndClose("221 2.0.0 bye\r\n"),
        ])
    }

    func with(_ verb: String, _ answer: Answer) -> ServerManners {
        var other = self
        other.answers[verb] = answer
        return other
    }

    static func pem(_ name: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("Fixtures/smtp/certificates/\(name).pem"), encoding: .utf8)
    }

    func tlsContext() throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(Self.pem(certificate.rawValue).utf8)).map(NIOSSLCertificateSource.certificate)
        let key = try NIOSSLPrivateKey(bytes: Array(Self.pem("server-key").utf8), format: .pem)
        return try NIOSSLContext(configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
    }
}
