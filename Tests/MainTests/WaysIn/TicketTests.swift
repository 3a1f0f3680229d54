import Foundation
import TestSupport
import Testing

@testable import Main

/// TLS sessions that are taken up again, as OpenSSL's client does it: they save a handshake, and open nothing else.
@Suite(.serialized) struct TicketTests {
    private static let openssl = "/usr/bin/openssl"
    private static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: openssl) }
    private static let certificates = FixtureFolder.fixtures.appending(path: "smtp/certificates").path

    @Test(.enabled(if: isInstalled), .timeLimit(.minutes(20))) func aTicketIsNobodysSignIn() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: Live.system().identifier("mandate-ticket")).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }  // what is left in a temporary folder harms no test
        try FileManager.default.copyItem(atPath: "\(Self.certificates)/server-key.pem", toPath: folder + "/key.pem")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder + "/key.pem")
        let identity = ["smtp", "http"].flatMap { ["\($0).certificate=\(Self.certificates)/localhost.pem", "\($0).key=\(folder)/key.pem"] }
        try await ServedHouse.with(identity + ["smtp.listen-tls=127.0.0.1:0", "http.host-names=elsewhere.test"]) { house in
            try await house.log.shows("(TLS)")
            let place = try #require(house.log.all.firstMatch(of: /listening for mail at 127\.0\.0\.1:(\d+) \(TLS\)/)?.1)
            let key = Data("\0app\0\(house.key)".utf8).base64EncodedString()
            let first = try await talk(house, "\(place)", "-sess_out \(folder)/ticket", ["EHLO x", "AUTH PLAIN \(key)", "QUIT"])
            #expect(first.contains("New, TLSv1.2") && first.contains("235 2.7.0"), "\(first)")
            let again = try await talk(
                house, "\(place)", "-sess_in \(folder)/ticket", ["EHLO x", "MAIL FROM:<ann@fabrikam.example>", "QUIT"])
            #expect(again.contains("530 5.7.0 sign in with AUTH first"), "\(again)")
            #expect(!again.contains("250 2.1.0"))
            // What one listener has made means nothing to the other.
            let web = try await talk(
                house, "\(try await house.log.webPort())", "-sess_in \(folder)/ticket",
                ["GET /v1/me HTTP/1.1", "Host: localhost", "Connection: close", ""])
            #expect(web.contains("New, TLSv1.2") && !web.contains("Reused, "), "\(web)")
            #expect(web.contains("HTTP/1.1 401"), "\(web)")
        }
    }

    private func talk(_ house: ServedHouse, _ port: String, _ options: String, _ lines: [String]) async throws -> String {
        let words = "\(Self.openssl) s_client -connect 127.0.0.1:\(port) -tls1_2 -ign_eof -crlf \(options)"
        return try await house.run(["/bin/sh", "-c", "\(words) 2>&1; true"], input: lines.joined(separator: "\n") + "\n").text
    }
}
