import Foundation
import Relay
import Sandbox
import Testing

@testable import Main

/// `mailboxes check --incoming`, from the grant to the mailbox, over each way that mail is read.
@Suite(.serialized) struct IncomingTests {
    /// Ann's mailbox, with a program that prints the token in a file.
    private func with(_ kind: String, _ body: (GrantJourney) async throws -> Void) async throws {
        try await GrantJourney.with(.microsoft) { admin in
            // IMAP is used where there is one.
            if kind == "pop3" { try await admin.run("providers", "set", admin.provider.text, "--imap", "none") }
            try await admin.addApplication(["--client-id", GrantJourney.clientID, "--no-secret"])
            try await admin.run(
                "grants", "add", "ann", "--application", "tracker", "--kind", "command", "--", "/bin/cat", "\(admin.shell.folder)/token")
            try await admin.run("mailboxes", "add", GrantJourney.ann, "--grant", "ann")
            try await body(admin)
        }
    }

    private func check(_ admin: GrantJourney, scopes: [String]? = nil) async throws -> Shell.Answer {
        _ = try admin.shell.file("token", try await admin.tokenOfAnother(scopes ?? admin.sandbox.mailScopes))
        return await admin.shell.run(["mailboxes", "check", GrantJourney.ann, "--incoming"], at: Date())
    }

    @Test(arguments: ["imap", "pop3"]) func goodTokensAreLetIn(_ kind: String) async throws {
        try await with(kind) { admin in
            let answer = try await check(admin)
            #expect(answer.status == 0 && answer.out.contains("✓ \(kind) localhost:"), "\(answer.out)")
            #expect(admin.sandbox.record.signIns.map(\.door) == [.submission, kind == "imap" ? .imap : .pop3])
        }
    }

    @Test(arguments: ["imap", "pop3"]) func aTokenThatOnlySendsIsExplained(_ kind: String) async throws {
        try await with(kind) { admin in
            let answer = try await check(admin, scopes: ["https://outlook.office.com/SMTP.Send", "offline_access"])
            let words = kind == "imap" ? "AUTHENTICATE failed." : "unknown user name or bad password."
            #expect(answer.status == ExitStatus.configuration.rawValue, "\(answer.out)")
            #expect(answer.out.contains("✗ \(kind) localhost:") && answer.out.contains(words), "\(answer.out)")
            #expect(answer.out.contains("was granted, and that the mailbox allows \(kind)"), "\(answer.out)")
        }
    }

    @Test(arguments: ["imap", "pop3"]) func aMailboxThatIsShutIsExplained(_ kind: String) async throws {
        try await with(kind) { admin in
            admin.sandbox.changeTenant { ($0.mailboxes[0].isIMAPEnabled, $0.mailboxes[0].isPOPEnabled) = (false, false) }
            let answer = try await check(admin)
            #expect(answer.status == ExitStatus.configuration.rawValue && answer.out.contains("✗ \(kind) localhost:"), "\(answer.out)")
            #expect(admin.sandbox.record.signIns.last?.outcome == .refused(.doorDisabled))
        }
    }

    @Test(arguments: ["imap", "pop3"]) func anEndedTokenIsRefused(_ kind: String) async throws {
        try await with(kind) { admin in
            // The program does not know that its token has ended.
            admin.sandbox.changeHabits { $0.accessTokenLifetime = 0 }
            _ = try admin.shell.file("token", try await admin.tokenOfAnother(admin.sandbox.mailScopes))
            let answer = await admin.shell.run(["mailboxes", "check", GrantJourney.ann, "--incoming"], at: Date())
            #expect(answer.status == ExitStatus.configuration.rawValue && answer.out.contains("✗ \(kind) localhost:"), "\(answer.out)")
            #expect(admin.sandbox.record.signIns.map(\.outcome) == [.refused(.expiredToken), .refused(.expiredToken)])
        }
    }

    /// For sending and for reading, and both times with the same words.
    @Test func aTokenThatIsNotHadTwiceIsExplainedOnce() async throws {
        try await with("imap") { admin in
            let answer = await admin.shell.run(["mailboxes", "check", GrantJourney.ann, "--incoming"], at: Date())
            let told = answer.out.split(separator: "\n").filter { $0.contains("✗") }
            #expect(told.count == 2 && told.first?.contains("the grant's program: ") == true, "\(answer.out)")
            #expect(told.last?.hasSuffix("✗ Access token: the same as above") == true, "\(answer.out)")
        }
    }

    @Test func aServerThatIsBusyIsTriedAgainLater() async throws {
        try await with("imap") { admin in
            admin.sandbox.add(Fault(.reading(.imap, .unavailable)))
            let answer = try await check(admin)
            #expect(answer.status == ExitStatus.temporary.rawValue && answer.out.contains("Server Unavailable"), "\(answer.out)")
        }
    }
}
