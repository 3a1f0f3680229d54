import Foundation
import Relay
import TestSupport
import Testing

@testable import Main

/// The whole directory as a file: written, held against the store, and brought to it.
struct FileCommandTests {
    private static func company() throws -> String {
        String(decoding: try Data(contentsOf: FixtureFolder.fixtures.appending(path: "decide/company.yaml")), as: UTF8.self)
    }

    private func applied(_ text: String) async throws -> Shell {
        let shell = try await Shell.withStore()
        let answer = await shell.run(["apply", try shell.file("directory.yaml", text)])
        #expect(answer.status == 0, "\(answer.err)")
        return shell
    }

    private func export(_ shell: Shell) async -> String {
        let answer = await shell.run("export")
        #expect(answer.status == 0)
        return answer.out
    }

    /// Whatever a directory has in it: the file that was made of it makes it again.
    @Test(arguments: 0..<12) func whatWasExportedMakesTheSameDirectory(_ seed: Int) async throws {
        let text = seed == 0 ? try Self.company() : RandomDirectory.text(seed: UInt64(seed))
        let first = try await applied(text)
        let exported = await export(first)
        let second = try await applied(exported)
        #expect(await export(second) == exported)
        // There is nothing to be changed by it, neither there nor here.
        for shell in [first, second] {
            let plan = await shell.run(["plan", "--prune", try shell.file("same.yaml", exported)])
            #expect(plan.status == 0 && plan.out.isEmpty, "\(plan.out)\(plan.err)")
        }
    }

    /// What a file brings is what the commands make.
    @Test func aFileLeavesTheSameRowsAsCommands() async throws {
        let commands = try await Shell.withStore()
        for words in [
            ["users", "add", "u-1", "--name", "Ann", "--address", "ann@example.org"], ["settings", "set", "EMAIL_FROM_USER_ID", "u-1"],
            ["settings", "set", "mode", "reply-to"],
            [
                "providers", "add", "house", "--token-endpoint", "https://t.example.org/token", "--scope-app-only", "x", "--smtp",
                "smtp.example.org:587",
            ],
        ] {
            let answer = await commands.run(words)
            #expect(answer.status == 0, "\(answer.err)")
        }
        let exported = await export(commands)
        let byFile = try await applied(exported)
        #expect(await byFile.run("users show u-1 --format json").out == commands.run("users show u-1 --format json").out)
        #expect(await byFile.run("providers show house --format json").out == commands.run("providers show house --format json").out)
        #expect(await byFile.run("settings list --format json").out == commands.run("settings list --format json").out)
    }

    @Test func aPlanSaysWhatWouldBeAndWhoseMailGoesAnotherWay() async throws {
        let shell = try await applied(try Self.company())
        let before = await export(shell)
        let mailbox = "support@example.org"
        let changed = before.replacing("- address: \(mailbox)\n", with: "- address: \(mailbox)\n  enabled: false\n")
        #expect(changed != before)
        let file = try shell.file("changed.yaml", changed)
        let plan = await shell.run(["plan", file])
        #expect(plan.status == 1)
        #expect(plan.out.contains("~ mailbox \(mailbox)") && plan.out.contains("enabled: yes → no"), "\(plan.out)")
        #expect(plan.out.contains("! \(mailbox): own through \(mailbox)"), "\(plan.out)")
        #expect(plan.err.contains("none then"))
        #expect(await export(shell) == before, "a plan changes nothing")
        let applied = await shell.run(["apply", file])
        #expect(applied.status == 0 && applied.err.contains("1 changed"), "\(applied.err)")
        #expect(await shell.run(["plan", file]).status == 0)
    }

    /// What is printed ends up in logs.
    @Test func noDigestIsPrinted() async throws {
        let shell = try await Shell.withStore()
        let digest = String(repeating: "ab", count: 32)
        let plan = await shell.run(["plan", try shell.file("c.yaml", "clients: [{name: batch, key_sha256: \(digest)}]")])
        #expect(plan.status == 1 && plan.out.contains("+ client batch") && !plan.out.contains(digest), "\(plan.out)\(plan.err)")
    }

    /// Somebody else has changed the directory since.
    @Test func aStaleEditionIsRefused() async throws {
        let shell = try await applied(try Self.company())
        let file = try shell.file("now.yaml", await shell.run("export --edition").out.replacing("mode: ", with: "mode : "))
        #expect(await shell.run(["plan", file]).status == 0)
        #expect(await shell.run(["users", "add", "u-new", "--address", "new@example.org"]).status == 0)
        for words in [["plan", file], ["apply", file]] {
            let answer = await shell.run(words)
            #expect(answer.status != 0 && answer.err.contains("made of edition") && answer.err.contains("mandate export"), "\(answer.err)")
        }
        let current = try shell.file("current.yaml", await export(shell) + "\n")
        #expect(await shell.run(["apply", current, "--at", "1"]).err.contains("made of edition 1"))
    }

    /// What is not in the file stays unless it is pruned, and what holds a secret is named first.
    @Test func pruningWantsTheNameOfWhatHoldsASecret() async throws {
        let shell = try await Shell.withStore()
        let empty = try shell.file("empty.yaml", "format: 1\n")
        for words in [
            [
                "applications", "add", "tracker", "--provider", "google", "--client-id", "c.apps.googleusercontent.com", "--secret-from",
                "env:SECRET",
            ],
            ["grants", "add", "late", "--application", "tracker", "--kind", "consent"],
        ] {
            let answer = await shell.run(words, environment: ["SECRET": "a-secret"])
            #expect(answer.status == 0, "\(answer.err)")
        }
        let kept = await shell.run(["apply", empty])
        #expect(kept.err.contains("not in the file, and stay") && kept.err.contains("tracker"), "\(kept.err)")
        let refused = await shell.run(["apply", empty, "--prune"])
        #expect(refused.status != 0 && refused.err.contains("--forget tracker"), "\(refused.err)")
        let done = await shell.run(["apply", empty, "--prune", "--forget", "tracker"])
        #expect(done.status == 0 && done.err.contains("2 removed"), "\(done.err)")
        #expect(await !export(shell).contains("tracker"))
        #expect(await shell.run(["apply", empty, "--forget", "x"]).err.contains("needs --prune"))
    }

    /// A token that somebody gave for one application is not used for another.
    @Test func anotherApplicationEndsAConsent() async throws {
        let shell = try await applied(
            """
            applications:
              - {name: one, provider: google, client_id: one.apps.googleusercontent.com}
              - {name: two, provider: google, client_id: two.apps.googleusercontent.com}
            grants:
              - {name: late, kind: consent, application: one, principal: ann@example.org, pin: {realm: google, subject: "1"}}
            """)
        let exported = await export(shell)
        #expect(exported.contains("subject: '1'"), "\(exported)")
        let file = try shell.file("two.yaml", exported.replacing("application: one", with: "application: two"))
        let plan = await shell.run(["plan", file])
        #expect(plan.err.contains("the consent of grant late ends"), "\(plan.err)")
        #expect(await shell.run(["apply", file]).status == 0)
        #expect(await !export(shell).contains("subject"))
        // Another name is no other grant.
        let renamed = try shell.file("renamed.yaml", await export(shell).replacing("name: late", with: "name: later"))
        #expect(await !shell.run(["plan", renamed]).err.contains("consent"))
    }

    @Test(arguments: [
        ("format: 2", "format 1"), ("nonsense: []", "there is no such key"), ("users: [{id: a, colour: red}]", "there is no such key"),
        ("applications: [{name: a, provider: google, client_id: c, secret: s}]", "holds no secrets"),
        ("grants: [{name: g, kind: consent, application: nowhere}]", "nowhere"), ("edition: -1", "whole number"), ("users: {", "not YAML"),
        ("observed: {health: []}\nusers: [{id: a, addresses: [a@example.org, a@example.org]}]", "stands there twice"),
    ]) func badFilesChangeNothing(_ text: String, _ words: String) async throws {
        let shell = try await Shell.withStore()
        let before = await export(shell)
        for verb in ["plan", "apply"] {
            let answer = await shell.run([verb, try shell.file("bad.yaml", text)])
            #expect(answer.status != 0 && answer.status != 1 && answer.err.contains(words), "\(answer.err)")
        }
        #expect(await export(shell) == before)
    }

    /// Two things change places, or one takes another's address: only the whole is looked at.
    @Test func whatGoesMakesRoomForWhatComes() async throws {
        let head = """
            applications: [{name: app, provider: google, client_id: app.apps.googleusercontent.com}]
            grants: [{name: g, kind: consent, application: app}]

            """
        let shell = try await applied(head + "mailboxes: [{id: one, address: desk@example.org, grant: g}]")
        let other = try shell.file("other.yaml", head + "mailboxes: [{id: two, address: desk@example.org, grant: g}]")
        #expect(await shell.run(["apply", other]).status != 0, "beside the other one it would be the same mailbox twice")
        let answer = await shell.run(["apply", other, "--prune"])
        #expect(answer.status == 0, "\(answer.err)")
        #expect(await export(shell).contains("id: two"))
    }
}

/// Directories that nobody would think of, from a number.
enum RandomDirectory {
    private static let names = [
        "Ann", "on", "null", "~", "007", "1e3", "a: b", "#x", "'", "\"", "ünï ✉", "- x", "[", "yes", "O'Hara, Ann", "*", "&a", "0x1F",
    ]

    static func text(seed: UInt64) -> String {
        var random = FakeGenerator(seed: seed)
        func name() -> String { names.randomElement(using: &random) ?? "x" }
        func quoted(_ text: String) -> String { "\"" + text.replacing("\"", with: "\\\"") + "\"" }
        func some(_ most: Int) -> Range<Int> { 0..<Int.random(in: 0...most, using: &random) }
        var text = "settings: {mode: \(Bool.random(using: &random) ? "from" : "reply-to"), EMAIL_FROM_USER_ID: m0@example.org}\nusers:\n"
        text += "  - {id: u, addresses: []}\n"
        for number in some(20) {
            let addresses = some(3).map { "{address: \"u\(number).\($0)@example.org\", on: \(Bool.random(using: &random))}" }
            text += "  - {id: \"u\(number)\", name: \(quoted(name())), addresses: [\(addresses.joined(separator: ", "))]}\n"
        }
        text += "applications: [{name: app, provider: google, client_id: app.apps.googleusercontent.com, domains: [example.org]}]\n"
        text +=
            "grants: [{name: \(quoted(name())), id: g, kind: consent, application: app, enabled: \(Bool.random(using: &random))}]\nmailboxes:\n"
        let boxes = 0...Int.random(in: 0...8, using: &random)
        for number in boxes { text += "  - {address: \"m\(number)@example.org\", grant: g, read: \(Bool.random(using: &random))}\n" }
        text += "delegations:\n"
        for number in boxes {
            let kind = ["send-as", "on-behalf", "alias"].randomElement(using: &random) ?? "alias"
            text +=
                "  - {mailbox: \"m\(number)@example.org\", covers: \"d\(number)@example.org\", kind: \(kind), priority: \(Int.random(in: 1...500, using: &random)), "
            text +=
                "reason: \(quoted(name())), granted_by: \(quoted(name())), granted_at: 2026-0\(Int.random(in: 1...9, using: &random))-11}\n"
        }
        text += "deny:\n"
        for number in boxes { text += "  - {mailbox: \"*\", covers: \"x\(number)@example.org\", reason: \(quoted(name()))}\n" }
        text += "clients:\n"
        for number in boxes {
            text +=
                "  - {name: \"c\(number)\", network: \"10.\(number).0.0/16\", strict: \(Bool.random(using: &random)), limits: {addresses: [\"@example.org\"]}, quota: {messages_per_hour: \(number + 1)}}\n"
        }
        return text
    }
}
