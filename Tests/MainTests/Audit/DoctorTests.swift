import Foundation
import TestSupport
import Testing

@testable import Main

/// The doctor looks at what the service is told, and at what its doors could not take.
struct DoctorTests {
    @Test func aMistakeInTheConfigurationIsFound() async throws {
        let shell = try await Shell.withStore()
        try Data("smtp:\n  lisen: x\n".utf8).write(to: URL(filePath: shell.store + "/serve.yaml"))
        let answer = await shell.run("doctor")
        #expect(answer.status == 1 && answer.out.contains("there is no key smtp.lisen; did you mean smtp.listen?"))
    }

    /// Of both ways in, by the key that names the file; and the service does not start with what cannot be used, in the same words.
    @Test(arguments: ["http", "smtp"])
    func aCertificateThatCannotBeUsedIsFound(_ way: String) async throws {
        let shell = try await Shell.withStore()
        let fixtures = FixtureFolder.fixtures.appending(path: "smtp/certificates")
        func copy(_ name: String) throws -> String {
            try shell.file(name, String(contentsOf: fixtures.appending(path: name), encoding: .utf8))
        }
        let (good, expired, key) = (try copy("localhost.pem"), try copy("expired.pem"), try copy("server-key.pem"))
        let (words, foreign) = (try shell.file("words.pem", "words"), try shell.file("foreign.pem", SelfSigned().key))
        let open = try shell.file("open.pem", "key", mode: 0o644)
        let cases: [(certificate: String, key: String, found: String?, isRefused: Bool)] = [
            (good, key, nil, false),
            (expired, key, "\(way).certificate \(expired): it ended on", false),
            ("/nowhere", key, "\(way).certificate /nowhere: there is no such file", true),
            (shell.folder, key, "\(way).certificate \(shell.folder): it cannot be read: it is a folder", true),
            (words, key, "\(way).certificate \(words): it begins with no certificate in PEM", true),
            (good, words, "\(way).key \(words): it is no private key in PEM", true),
            (good, foreign, "\(way).key \(foreign): it is not the key of the certificate in \(good)", true),
            (good, open, "\(way).key \(open): it can be read by everyone\n    chmod o-rwx \(open)", true),
        ]
        for (certificate, key, found, isRefused) in cases {
            let yaml = "\(way):\n  certificate: \(certificate)\n  key: \(key)\nnode: n\n"
            try Data(yaml.utf8).write(to: URL(filePath: shell.store + "/serve.yaml"))
            let answer = await shell.run("doctor")
            #expect(found.map(answer.out.contains) ?? !answer.out.contains("\(way).certificate"), "\(certificate) \(key): \(answer.out)")
            let reading = ConfigurationReading(file: nil, settings: [], store: shell.store, live: shell.live())
            if isRefused {
                let failure = try #require(await #expect(throws: CommandFailure.self) { try await reading.read() })
                #expect(failure.sentence.hasPrefix("\(way).") && !failure.sentence.contains("\n"), "\(failure.sentence)")
            } else {
                _ = try await reading.read()
            }
        }
    }

    @Test func aConsentThatWouldComeBackToNobodyIsFound() async throws {
        let shell = try await Shell.withStore()
        #expect(await !shell.run("doctor").out.contains("public-url"))
        try Data("http:\n  port: 8026\n".utf8).write(to: URL(filePath: shell.store + "/serve.yaml"))
        let answer = await shell.run("doctor")
        #expect(
            answer.out.contains("consents come back to http://localhost:8025, where nobody listens\n")
                && answer.out.contains("    mandate settings set public-url http://localhost:8026\n"), "\(answer.out)")
    }

    @Test func rejectedMessagesAreFound() async throws {
        let shell = try await Shell.withStore()
        let rejected = shell.store + "/door/maildrop.rejected"
        try FileManager.default.createDirectory(atPath: rejected, withIntermediateDirectories: true)
        try Data("why\n".utf8).write(to: URL(filePath: rejected + "/a.eml.reason"))
        let answer = await shell.run("doctor")
        #expect(answer.status == 1 && answer.out.contains("1 message was put down and could not be taken"))
    }

    /// A note and no finding, while no mail waits.
    @Test func thatNoServiceRunsIsSaid() async throws {
        let shell = try await Shell.withStore()
        #expect(await shell.run("settings set EMAIL_ADMINISTRATOR_USER_ID root@example.org").status == 0)
        let answer = await shell.run("doctor")
        #expect(
            answer.err.contains("no service runs on this store: mandate serve") && !answer.out.contains("no service runs"), "\(answer.err)")
        let lock = try FolderLock.node("test", of: shell.store)
        #expect(await !shell.run("doctor").err.contains("no service runs"))
        _ = consume lock
    }

    @Test func whoTellsOfFailuresIsSaid() async throws {
        let shell = try await Shell.withStore()
        #expect(await shell.run("doctor").out.contains("EMAIL_ADMINISTRATOR_USER_ID is not set"))
        #expect(await shell.run("settings set EMAIL_ADMINISTRATOR_USER_ID root@example.org").status == 0)
        #expect(await !shell.run("doctor").out.contains("EMAIL_ADMINISTRATOR_USER_ID is not set"))
    }
}
