import Foundation
import TestSupport
import Testing

@testable import Main

/// A client that has handed in as much as it may hears so at each way in, in the words that make its program come again.
@Suite(.timeLimit(.minutes(20)))
struct QuotaTests {
    private func message(_ number: Int) -> [UInt8] {
        Array("From: tracker@fabrikam.example\r\nTo: rob@example.com\r\nSubject: \(number)\r\n\r\nHello\r\n".utf8)
    }

    /// The service begins with the quota, so that no message comes before it has heard of that.
    private func limited(
        _ client: String, _ quota: String..., body: (ServedHouse, ServiceLog) async throws -> Void
    ) async throws {
        try await ServedHouse.with { house in
            _ = await house.service.stop()
            try await house.run([try Premises.program(), "clients", "limit", client] + quota)
            let (service, log) = try await ServedHouse.start(house.premises, [])
            // Else sendmail puts its message down for whoever listens later.
            _ = try await log.port()
            let result: Result<Void, any Error>
            do { result = .success(try await body(house, log)) } catch { result = .failure(error) }
            _ = await service.stop()
            try result.get()
        }
    }

    @Test func whoeverHandsMailOverHearsWhenToComeAgain() async throws {
        try await limited("app", "--messages-per-hour", "2") { house, log in
            let client = try SubmissionClient(port: try await log.port())
            try client.signIn("app", key: house.key)
            let replies = try (1...3).map {
                try client.handOver(message($0), from: "tracker@fabrikam.example", to: "rob@example.com")
            }
            #expect(replies.map(\.code) == [250, 250, 451])
            #expect(replies[2].text.contains("4.7.1 this client may have 2 messages an hour, and has: try again in"))

            let answer = try await house.run(
                [
                    "/usr/bin/curl", "-s", "-i", "-H", "Authorization: Bearer \(house.key)", "-H", "Content-Type: message/rfc822",
                    "--data-binary", "@-", "http://localhost:\(try await log.webPort())/v1/messages",
                ], input: String(decoding: message(0), as: UTF8.self)
            ).text
            #expect(answer.hasPrefix("HTTP/1.1 429"))
            let wait = answer.split(separator: "\r\n").first { $0.lowercased().hasPrefix("retry-after:") }
            let seconds = try #require(wait.flatMap { Int($0.dropFirst(12).trimmingCharacters(in: .whitespaces)) })
            #expect((1...3600).contains(seconds))
            #expect(answer.contains("2 messages an hour"))

            #expect(try await house.mandate("clients", "show", "app").contains("2 messages an hour, 2 now"))
            // Another client's mail goes on.
            _ = try await house.mandate("sendmail", "-t", input: String(decoding: message(1), as: UTF8.self))
        }
    }

    @Test func sendmailTellsItsProgramToTryLater() async throws {
        try await limited("me", "--recipients-per-hour", "1") { house, _ in
            let letter = String(decoding: message(2), as: UTF8.self)
            _ = try await house.mandate("sendmail", "-t", input: letter)
            let said = try await house.mandate("sendmail", "-t", input: letter, expecting: ExitStatus.temporary.rawValue)
            #expect(said.contains("1 recipient an hour"))
        }
    }

    @Test func whatWouldNeverFitIsRefusedForGood() async throws {
        try await limited("me", "--queued-octets", "10") { house, _ in
            let letter = String(decoding: message(3), as: UTF8.self)
            let said = try await house.mandate("sendmail", "-t", input: letter, expecting: ExitStatus.notPermitted.rawValue)
            #expect(said.contains("the message alone is more than the 10 octets in the queue"))
        }
    }
}
