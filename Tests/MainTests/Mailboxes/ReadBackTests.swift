import CurlTransmit
import Foundation
import Mail
import Relay
import Sandbox
import Store
import Synchronization
import TestSupport
import Testing

@testable import Main

/// The From that a provider really used, read back from the mailbox (`mailboxes check --outgoing`, `standings probe`).
@Suite(.serialized) struct ReadBackTests {
    private static let group = "all@contoso.example"

    /// A mailbox with the given address whose login is Ann's, opened without a person: one credential for sending and for reading.
    private func with(
        _ habits: Habits, address: String, transport: String = "smtp", _ body: (GrantJourney) async throws -> Void
    ) async throws {
        try await GrantJourney.with(habits) { admin in
            admin.sandbox.changeTenant {
                $0.mailboxes[0].receives = [Self.group]
                $0.mailboxes[0].aliases = ["ann.alias@contoso.example"]
            }
            if habits.flavour == .google {
                let token = try admin.shell.file("token", try await admin.tokenOfAnother())
                try await admin.addApplication(["--client-id", GrantJourney.clientID, "--no-secret"])
                try await admin.run("grants", "add", "ann", "--application", "tracker", "--kind", "command", "--", "/bin/cat", token)
            } else {
                try await admin.run("providers", "set", admin.provider.text, "--graph-api", admin.sandbox.baseAddress + "/v1.0")
                let secret = try admin.shell.file("secret", "s3cret")
                try await admin.addApplication([
                    "--client-id", GrantJourney.clientID, "--tenant", admin.sandbox.tenant.id, "--secret-from", secret,
                    "--secret-expires", "2030-01-01",
                ])
                try await admin.run("grants", "add", "ann", "--application", "tracker", "--kind", "app-only")
            }
            try await admin.run("mailboxes", "add", address, "--login", GrantJourney.ann, "--grant", "ann", "--transport", transport)
            try await body(admin)
        }
    }

    private func check(_ admin: GrantJourney, _ address: String) async -> Shell.Answer {
        await admin.shell.run(["mailboxes", "check", address, "--outgoing"], at: Date())
    }

    private static let replacing: Habits = {
        var habits = Habits.microsoft
        habits.sendAsDenial = .rewritten
        return habits
    }()

    @Test(arguments: [Habits.microsoft, .google]) func theSameFromIsProven(_ habits: Habits) async throws {
        try await with(habits, address: GrantJourney.ann) { admin in
            let answer = await check(admin, GrantJourney.ann)
            #expect(
                answer.status == 0 && answer.out.contains("✓ sending as \(GrantJourney.ann): a test message was read back"), "\(answer.out)"
            )
            // It signs in without a message before it sends one.
            #expect(answer.out.contains("and left again") && !answer.out.contains("nothing was sent"), "\(answer.out)")
            let known = try await admin.run("standings", "list").out
            #expect(known.contains("a test message was read back"))
            #expect(admin.sandbox.record.signIns.map(\.door).contains(.imap))
        }
    }

    @Test(arguments: [Habits.google, replacing]) func aFromThatWasReplacedFailsTheCheck(_ habits: Habits) async throws {
        try await with(habits, address: Self.group) { admin in
            let answer = await check(admin, Self.group)
            #expect(answer.status == ExitStatus.configuration.rawValue, "\(answer.out)\(answer.err)")
            #expect(
                answer.out.contains("✗ what is sent as \(Self.group) arrives from \(GrantJourney.ann)")
                    && answer.out.contains(habits.flavour == .google ? "Send mail as" : "Add-RecipientPermission")
                    && answer.out.contains("mandate standings clear"), "\(answer.out)")
            let known = try await admin.run("standings", "list").out
            #expect(known.contains("to \(GrantJourney.ann)"))
        }
    }

    @Test func graphSendsAnAliasAsThePrimaryAddress() async throws {
        try await with(.microsoft, address: "ann.alias@contoso.example", transport: "graph") { admin in
            let answer = await check(admin, "ann.alias@contoso.example")
            #expect(
                answer.status == ExitStatus.configuration.rawValue && answer.out.contains("SendFromAliasEnabled"),
                "\(answer.out)\(answer.err)")
            let known = try await admin.run("standings", "list").out
            #expect(known.contains("to \(GrantJourney.ann)"))
        }
    }

    @Test func aProbeThatWasReplacedIsDenied() async throws {
        try await with(Self.replacing, address: GrantJourney.ann) { admin in
            let probe = await admin.shell.run(["standings", "probe", GrantJourney.ann, "boss@contoso.example"], at: Date())
            #expect(
                probe.status == ExitStatus.notPermitted.rawValue && probe.err.contains("arrived from \(GrantJourney.ann)"), "\(probe.err)")
            let known = try await admin.run("standings", "list").out
            #expect(known.contains("rewritten"))
        }
    }

    /// Nothing is held against a mailbox that only sends.
    @Test func whatCannotBeReadIsNoFailure() async throws {
        try await with(.microsoft, address: GrantJourney.ann) { admin in
            admin.sandbox.changeTenant { $0.mailboxes[0].isIMAPEnabled = false }
            let answer = await check(admin, GrantJourney.ann)
            #expect(answer.status == 0, "\(answer.out)")
            #expect(answer.out.contains("a test message was taken; the From it arrived with could not be read back: AUTHENTICATE failed."))
            try await admin.run("providers", "set", admin.provider.text, "--imap", "none")
            #expect(await check(admin, GrantJourney.ann).out.contains("names no server for IMAP"))
            let health = try await admin.shell.read { try await $0.conditions(of: nil).grant(GrantID(trusted: "ann")) }
            #expect(health == nil)
        }
    }

    private func look(_ answers: [Result<[UInt8]?, InboxSignIn.Failure>]) async throws -> (ReadBack.Outcome, waits: [Double]) {
        let waits = Mutex<[Double]>([])
        let asked = Mutex(0)
        let readBack = ReadBack(
            broker: try await FakeService().broker, reader: NetworkInboxReader(), wait: { seconds in waits.withLock { $0.append(seconds) } }
        )
        let outcome = await readBack.look { () throws(InboxSignIn.Failure) in
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            return try answers[min(number, answers.count) - 1].get()
        }
        let waited = waits.withLock { $0 }
        return (outcome, waited)
    }

    @Test func looksAFewTimesAndThenLetsItBe() async throws {
        let there = Array("From: Ann <Ann@contoso.example>\r\n\r\n".utf8)
        let (found, two) = try await look([.success(nil), .success(nil), .success(there)])
        #expect(found == .from(try EmailAddress("Ann@contoso.example")) && two == [2, 5])
        let (late, all) = try await look([.success(nil)])
        #expect(late == .unread("it was not in INBOX within 29 seconds") && all == [2, 5, 8, 14])
        let (shut, one) = try await look([.success(nil), .failure(.refused("no"))])
        #expect(shut == .unread("no") && one == [2])
        let (nobody, _) = try await look([.success(Array("Subject: x\r\n\r\n".utf8))])
        #expect(nobody == .unread("it arrived with 0 authors"))
    }
}
