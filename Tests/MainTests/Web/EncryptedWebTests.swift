import Foundation
import TestSupport
import Testing

@testable import Main

/// HTTP with a certificate of its own, as curl sees it.
@Suite(.serialized) struct EncryptedWebTests {
    private static let curl = "/usr/bin/curl"
    private static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: curl) }
    private static let certificates = FixtureFolder.fixtures.appending(path: "smtp/certificates").path

    @Test(.enabled(if: isInstalled), .timeLimit(.minutes(20))) func browsersComeByTLSAlone() async throws {
        let folder = try Identity()
        try await ServedHouse.with(folder.settings) { house in
            let port = try await house.log.webPort()
            #expect(house.log.all.contains("run `mandate settings set public-url https://NAME:"))
            let page = try await ask(house, "https://localhost:\(port)/login")
            #expect(page.contains("HTTP/1.1 200"))
            let cookies = page.matches(of: /Set-Cookie: ([^\r\n]+)/.ignoresCase()).map { String($0.1) }
            #expect(!cookies.isEmpty && cookies.allSatisfy { $0.contains("Secure") }, "\(cookies)")
            let clear = try await WebClient(port: port).exchange([
                Array("GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
            ])
            #expect(!String(decoding: clear, as: UTF8.self).contains("HTTP/1.1"), "nothing is said in clear")
            // A connection that is open keeps what it was begun with; the next one sees the new certificate.
            try folder.show("elsewhere")
            house.service.signal(SIGHUP)
            try await house.log.shows("were read again")
            _ = try await ask(house, "https://localhost:\(port)/healthz", expecting: 60)
            #expect(
                try await ask(house, "https://elsewhere.test:\(port)/healthz", ["--resolve", "elsewhere.test:\(port):127.0.0.1"]).contains(
                    "HTTP/1.1 200"))
            try Data("no certificate".utf8).write(to: URL(filePath: folder.certificate))
            house.service.signal(SIGHUP)
            try await house.log.shows("http.certificate and http.key cannot be used")
            #expect(
                try await ask(house, "https://elsewhere.test:\(port)/healthz", ["--resolve", "elsewhere.test:\(port):127.0.0.1"]).contains(
                    "HTTP/1.1 200"))
        }
    }

    @Test func aKeyOfAnotherIsRefusedAtTheStart() async throws {
        let folder = try Identity()
        let other = try SelfSigned()
        try Data(other.key.utf8).write(to: URL(filePath: folder.key))
        let shell = try await Shell.withStore()
        let answer = await shell.run(["serve"] + (folder.settings + ["smtp.listen=off"]).flatMap { ["--set", $0] })
        #expect(answer.status == 78 && answer.err.contains("http.certificate and http.key cannot be used"), "\(answer.err)")
    }

    private func ask(_ house: ServedHouse, _ url: String, _ more: [String] = [], expecting status: Int32 = 0) async throws -> String {
        try await house.run([Self.curl, "-sS", "-i", "--cacert", "\(Self.certificates)/authority.pem"] + more + [url], expecting: status)
            .text
    }

    /// A certificate and its key in files of their own, as an administrator keeps them.
    private final class Identity: Sendable {
        private let folder = FileManager.default.temporaryDirectory.appending(path: Live.system().identifier("mandate-certificate")).path
        var certificate: String { folder + "/certificate.pem" }
        var key: String { folder + "/key.pem" }
        var settings: [String] {
            ["http.certificate=\(certificate)", "http.key=\(key)", "http.host-names=elsewhere.test"]
        }

        init() throws {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: "\(EncryptedWebTests.certificates)/server-key.pem", toPath: key)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
            try show("localhost")
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }  // what is left in a temporary folder harms no test

        func show(_ name: String) throws {
            try Data(contentsOf: URL(filePath: "\(EncryptedWebTests.certificates)/\(name).pem")).write(to: URL(filePath: certificate))
        }
    }
}
