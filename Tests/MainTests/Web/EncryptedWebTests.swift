import Foundation
import Relay
import Store
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
            #expect(page.contains("HTTP/2 200"))
            for older in ["--http1.1", "--no-alpn"] {
                #expect(try await ask(house, "https://localhost:\(port)/login", [older]).contains("HTTP/1.1 200"), "\(older)")
            }
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
                    "HTTP/2 200"))
            try Data("no certificate".utf8).write(to: URL(filePath: folder.certificate))
            house.service.signal(SIGHUP)
            try await house.log.shows("it begins with no certificate in PEM; let http.certificate name the chain")
            #expect(
                try await ask(house, "https://elsewhere.test:\(port)/healthz", ["--resolve", "elsewhere.test:\(port):127.0.0.1"]).contains(
                    "HTTP/2 200"))
            // One that has ended is shown all the same, and whoever reads the log hears of it.
            #expect(!house.log.all.contains("it ended on"))
            try folder.show("expired")
            house.service.signal(SIGHUP)
            try await house.log.shows("it ended on")
        }
    }

    @Test func aKeyOfAnotherIsRefusedAtTheStart() async throws {
        let folder = try Identity()
        let other = try SelfSigned()
        try Data(other.key.utf8).write(to: URL(filePath: folder.key))
        let shell = try await Shell.withStore()
        let answer = await shell.run(["serve"] + (folder.settings + ["smtp.listen=off"]).flatMap { ["--set", $0] })
        #expect(answer.status == 78 && answer.err.contains("it is not the key of the certificate in"), "\(answer.err)")
    }

    /// More at once than one client may have: the others wait for their turn on the same connection.
    @Test(.enabled(if: isInstalled), .timeLimit(.minutes(20))) func manyRequestsShareAConnection() async throws {
        try await serve { house, port in
            // curl's progress cannot be left out where it has many at once.
            let answers = try await house.run(
                [Self.curl, "-sS", "--cacert", "\(Self.certificates)/authority.pem", "--parallel", "--parallel-max", "12"]
                    + ["-o", "/dev/null", "-w", "%{http_version} %{http_code}\\n", "https://localhost:\(port)/healthz#[1-40]"]
            ).text.split(separator: "\n").filter { !$0.contains("--") && !$0.contains("DL%") }
            #expect(answers.count == 40 && answers.allSatisfy { $0 == "2 200" }, "\(answers)")
        }
    }

    /// Who is told before the end of what he sends that it is too much hears it, and the next one is served.
    @Test(.enabled(if: isInstalled), .timeLimit(.minutes(20))) func anAnswerBeforeTheEndOfARequestIsHeard() async throws {
        try await serve { house, port in
            let words =
                "head -c 1000000 /dev/zero | \(Self.curl) -sS -i --cacert \(Self.certificates)/authority.pem --data-binary @- "
                + "-H 'Content-Type: application/x-www-form-urlencoded' https://localhost:\(port)/login; true"
            let answer = try await house.run(["/bin/sh", "-c", words]).text
            #expect(answer.contains("HTTP/2 413"), "\(answer)")
            #expect(!answer.lowercased().contains("connection: close"), "there is no such field in HTTP/2 (RFC 9113 section 8.2.2)")
            #expect(try await ask(house, "https://localhost:\(port)/healthz").contains("HTTP/2 200"))
        }
    }

    /// What HTTP/2 splits is read whole: cookies in fields of their own (RFC 9113 section 8.2.3), and the address, which is the connection's.
    @Test(.enabled(if: isInstalled), .timeLimit(.minutes(20))) func aLogInIsReadAsInHTTP1() async throws {
        try await serve { house, port in
            let address = "https://localhost:\(port)/login"
            let page = try await ask(house, address)
            let cookie = try #require(page.firstMatch(of: /set-cookie: ([^;\r\n]+)/.ignoresCase())?.1)
            let token = try #require(page.firstMatch(of: /name="csrf" value="([0-9a-f]+)"/)?.1)
            let fields = ["-H", "Cookie: first=1", "-H", "Cookie: \(cookie)", "-d", "csrf=\(token)&name=nobody&key_or_password=x&next=/"]
            let answer = try await ask(house, address, fields)
            #expect(answer.contains("HTTP/2 403") && !answer.contains("cookies are switched off"), "\(answer)")
            var filter = JournalFilter()
            filter.kinds = [.signInFailed]
            // Failures are written behind the answer.
            var entries: [JournalEntry] = []
            while entries.isEmpty {
                entries = try await house.premises.store.entries(filter).map(\.entry)
                if entries.isEmpty { await Live.system().wait(0.05) }
            }
            #expect(entries.allSatisfy { $0.personal.contains(.init(.origin, "127.0.0.1")) }, "\(entries)")
            let other = try await ask(house, address, ["-H", "Host: evil.example"])
            #expect(other.contains("HTTP/2 421"), "\(other)")
        }
    }

    /// An address has its share of connections, and a handshake that is never begun takes one.
    @Test(.timeLimit(.minutes(20))) func aSeatIsTakenBeforeTheHandshake() async throws {
        try await serve(["http.connections-per-address=20"]) { _, port in
            try await LoopbackSocket.aside {
                let crowd = try (0..<20).map { _ in try LoopbackSocket(port: port, source: "127.0.0.9") }
                #expect(try LoopbackSocket(port: port, source: "127.0.0.9", patience: 10).receive().isEmpty)
                #expect(throws: LoopbackSocket.Trouble.self, "it is kept, and nothing is said") {
                    try LoopbackSocket(port: port, source: "127.0.0.8", patience: 1).receive()
                }
                withExtendedLifetime(crowd) {}
            }
        }
    }

    /// A message in the middle of which the service is told to stop is taken, and its client hears so.
    @Test(.enabled(if: isInstalled), .timeLimit(.minutes(20))) func aMessageThatHasBegunIsTakenAndAnswered() async throws {
        try await serve { house, port in
            let (trace, program) = (house.folder + "/trace", house.service.id)
            let message =
                "printf 'To: customer@elsewhere.example\\r\\nSubject: Before the end\\r\\n\\r\\n'; "
                // Until curl has sent the request's head, and the service has read it.
                + "for try in $(seq 100); do grep -q 'Using Stream ID' \(trace) 2>/dev/null && break; sleep 0.1; done; sleep 1; "
                + "kill -TERM \(program); sleep 1; printf 'Hello.\\r\\n'"
            let words =
                "(\(message)) | \(Self.curl) -v -sS -i --cacert \(Self.certificates)/authority.pem -X POST -T - "
                + "-H 'Authorization: Bearer \(house.key)' -H 'Content-Type: message/rfc822' "
                + "'https://localhost:\(port)/v1/messages?purpose=notification' 2>\(trace)"
            let answer = try await house.run(["/bin/sh", "-c", words]).text
            #expect(answer.contains("HTTP/2 202"), "\(answer)")
            #expect(await house.service.end() == 0)
            let accepted = try await house.premises.store.entries(JournalFilter()).filter { $0.entry.kind == .accepted }
            #expect(accepted.count == 1)
        }
    }

    private func serve(_ settings: [String] = [], _ body: (ServedHouse, _ port: Int) async throws -> Void) async throws {
        let folder = try Identity()
        try await ServedHouse.with(folder.settings + settings) { house in
            try await body(house, try await house.log.webPort())
            withExtendedLifetime(folder) {}
        }
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
