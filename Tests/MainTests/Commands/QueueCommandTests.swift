import Foundation
import Relay
import Store
import TestSupport
import Testing

@testable import Main

/// Many messages at once, as an administrator has them after an outage.
struct QueueCommandTests {
    private func filled() async throws -> Shell {
        let shell = try await Shell.withStore()
        try await shell.set(
            "applications add app --provider microsoft --tenant t --client-id c --secret-from -",
            "grants add all --application app --kind app-only",
            "mailboxes add --family @contoso.example --grant all")
        for number in 0..<25 {
            let author = number % 5 == 0 ? "ann" : "bob"
            let sent = await shell.run(
                "send", input: "From: \(author)@contoso.example\nTo: rob@example.com\nSubject: \(number)\n\nHello.\n")
            guard sent.status == 0 else { throw CommandFailure(.fault, sent.err) }
        }
        return shell
    }

    private func states(_ shell: Shell) async throws -> [QueuedMessage.StateName: Int] {
        try await shell.read { try await $0.list(QueueFilter()) }.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
    }

    @Test func allOrWhatAFilterLeaves() async throws {
        let shell = try await filled()
        #expect(await shell.run("queue hold --all --author ann@contoso.example").err.contains("5 messages are held"))
        #expect(try await states(shell) == [.held: 5, .waiting: 20])
        #expect(await shell.run("queue hold --all").err.hasPrefix("20 messages are "), "those that are held are passed over")
        #expect(await shell.run("queue release --all --why nothing-like-it").err.hasPrefix("0 messages"))
        #expect(await shell.run("queue release --all --state held").err.hasPrefix("25 messages are released"))
        #expect(await shell.run("queue remove --all --author bob@contoso.example").err.hasPrefix("20 messages are "))
        #expect(try await states(shell) == [.waiting: 5])
        #expect(await shell.run("audit verify").status == 0)
    }

    @Test func allAndNamesExcludeEachOther() async throws {
        let shell = try await Shell.withStore()
        for line in ["queue retry", "queue retry --all m-1", "queue retry m-1 --state failed"] {
            #expect(await shell.run(line).status == ExitStatus.usage.rawValue)
        }
    }
}
