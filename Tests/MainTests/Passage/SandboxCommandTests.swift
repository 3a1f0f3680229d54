import CurlTransmit
import Foundation
import Sandbox
import TestSupport
import Testing

@testable import Main

/// The pretend provider as a program of its own.
@Suite(.serialized) struct SandboxCommandTests {
    @Test(arguments: ["speed=9", "messages-per-minute=many", "messages-per-minute"]) func wrongHabitsAreExplained(_ habit: String)
        async throws
    {
        let answer = await (try Shell()).run(["sandbox", "--habit", habit])
        #expect(answer.status == ExitStatus.usage.rawValue, "\(answer.err)")
        #expect(answer.err.contains(habit.hasPrefix("speed") ? "graph-requests-at-once" : "1 to 100000, or none"), "\(answer.err)")
    }

    @Test func helpTeachesEachHabit() async throws {
        let help = await (try Shell()).run(["sandbox", "--help"]).out
        for habit in Habit.all { #expect(help.contains("\(habit.name)="), "\(habit.name)") }
        #expect(help.contains("--habit messages-per-minute=30") && help.contains("/_sandbox/habits"))
    }

    @Test func startsWithItsHabitsAndSaysWhereMailIsRead() async throws {
        let page = try ProgramPipe()
        let program = try Program(
            [try Premises.program(), "sandbox", "--habit", "access-token-lifetime=60", "--habit", "messages-per-minute=30"],
            Program.Streams(output: page.writing.fileDescriptor))
        var (printed, habits) = ("", "")
        for await piece in try page.pieces() {
            printed += piece
            // The last that it prints is the authority to trust.
            guard habits.isEmpty, let begin = printed.range(of: "-----BEGIN"), let end = printed.range(of: "END CERTIFICATE-----\n") else {
                continue
            }
            habits = try await self.habits(
                String(printed.split { $0.isWhitespace }.first { $0.hasPrefix("https://localhost:") } ?? ""),
                trusting: String(printed[begin.lowerBound..<end.upperBound]))
            program.signal(SIGTERM)
        }
        // The signal may come before anybody waits for it.
        #expect([0, -SIGTERM].contains(await program.end()))
        for door in ["submission", "imap", "pop3"] { #expect(printed.contains("\n\(door) "), "\(printed)") }
        let appOnly = printed.split(separator: "\n").first { $0.hasPrefix("app-only ") } ?? ""
        #expect(Company.tenant().mailboxes.contains { appOnly.hasSuffix(", opens \($0.login)") }, "\(printed)")
        #expect(habits.contains("\"access-token-lifetime\":\"60\"") && habits.contains("\"messages-per-minute\":\"30\""), "\(habits)")
    }

    @Test(arguments: ["--smtp-port", "--imap-port", "--pop-port", "--web-port"]) func aTakenPortIsNamed(_ option: String) async throws {
        let (port, taken) = try FreePorts.occupied()
        defer { close(taken) }
        let answer = await (try Shell()).run(["sandbox", option, "\(port)"])
        #expect(answer.status == ExitStatus.unavailable.rawValue, "\(answer.err)")
        #expect(answer.err.contains("127.0.0.1:\(port) cannot be listened on: ") && answer.err.contains("; \(option) names another port"))
    }

    private func habits(_ issuer: String, trusting trusted: String) async throws -> String {
        let address = issuer.split(separator: "/").prefix(2).joined(separator: "//") + "/_sandbox/habits"
        let curl = try CurlThread()
        let answer = try await curl.perform(HTTPRequest(.get, address, trustedCertificates: trusted))
        await curl.stop()
        return String(decoding: answer.body, as: UTF8.self)
    }
}
