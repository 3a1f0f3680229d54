import Foundation
import Relay
import Sandbox
import Testing

@testable import Main

/// `mailboxes check`: what it meets is known afterwards, and what it advises is what mends it.
@Suite(.serialized) struct CheckTests {
    private func check(_ admin: GrantJourney) async -> Shell.Answer {
        await admin.shell.run(["mailboxes", "check", GrantJourney.ann], at: Date())
    }

    private func health(_ admin: GrantJourney) async throws -> String {
        let rows = try JSONSerialization.jsonObject(with: Data(try await admin.run("mailboxes", "list", "--format", "json").out.utf8))
        let row = try #require((rows as? [[String: Any]])?.first)
        return try #require(row["health"] as? String)
    }

    @Test func whoHasNotConsentedIsSentThereAndNowhereElse() async throws {
        try await GrantJourney.with(.microsoft) { admin in
            try await admin.addApplication(["--client-id", GrantJourney.clientID, "--no-secret"])
            try await admin.run("grants", "add", "ann", "--application", "tracker", "--kind", "consent", "--principal", GrantJourney.ann)
            try await admin.run("mailboxes", "add", GrantJourney.ann, "--grant", "ann")
            let answer = await check(admin)
            #expect(answer.status == ExitStatus.configuration.rawValue)
            #expect(answer.out.contains("mandate grants authorize grant-"), "\(answer.out)")
            #expect(!answer.out.contains("Set-CASMailbox") && !answer.out.contains("✓"), "\(answer.out)")
            #expect(try await !health(admin).hasPrefix("healthy"))
        }
    }

    @Test func aRefusedSignInIsKnownUntilItWorksAgain() async throws {
        try await GrantJourney.with(.microsoft) { admin in
            try await admin.addApplication(["--client-id", GrantJourney.clientID, "--no-secret"])
            try await admin.run(
                "grants", "add", "ann", "--application", "tracker", "--kind", "command", "--", "/bin/cat", "\(admin.shell.folder)/token")
            try await admin.run("mailboxes", "add", GrantJourney.ann, "--grant", "ann")
            _ = try admin.shell.file("token", try await admin.tokenOfAnother(admin.sandbox.mailScopes))
            admin.sandbox.changeTenant { $0.mailboxes[0].isSMTPEnabled = false }
            let refused = await check(admin)
            #expect(refused.status == ExitStatus.configuration.rawValue, "\(refused.out)")
            #expect(refused.out.components(separatedBy: "Set-CASMailbox").count == 2, "once: \(refused.out)")
            #expect(try await health(admin).hasPrefix("stopped"))
            admin.sandbox.changeTenant { $0.mailboxes[0].isSMTPEnabled = true }
            let taken = await check(admin)
            #expect(taken.status == 0, "\(taken.out)")
            #expect(try await health(admin).hasPrefix("healthy"))
        }
    }
}
