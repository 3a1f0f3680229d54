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

    @Test func aCertificateThatEndsIsFound() async throws {
        let shell = try await Shell.withStore()
        let certificates = FixtureFolder.fixtures.appending(path: "smtp/certificates").path
        let key = shell.folder + "/key.pem"
        try FileManager.default.copyItem(atPath: certificates + "/server-key.pem", toPath: key)
        chmod(key, 0o600)
        for (name, isFound) in [("expired", true), ("localhost", false)] {
            let yaml = "smtp:\n  certificate: \(certificates)/\(name).pem\n  key: \(key)\n"
            try Data(yaml.utf8).write(to: URL(filePath: shell.store + "/serve.yaml"))
            let answer = await shell.run("doctor")
            #expect(
                answer.out.contains("certificate of the submission server: it ended on") == isFound, "\(name): \(answer.out) \(answer.err)")
        }
    }

    @Test func aKeyThatEveryoneCanReadIsFound() async throws {
        let shell = try await Shell.withStore()
        let key = shell.folder + "/key.pem"
        try Data("key".utf8).write(to: URL(filePath: key))
        chmod(key, 0o644)
        try Data("smtp:\n  certificate: \(key)\n  key: \(key)\n".utf8).write(to: URL(filePath: shell.store + "/serve.yaml"))
        #expect(await shell.run("doctor").out.contains("can be read by everyone; run: chmod o-rwx"))
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
