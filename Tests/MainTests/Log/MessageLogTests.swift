import Foundation
import Testing

@testable import Main

/// The lines of a running service about one message: where it came from, who it is from and to, where it went, what the provider said, and nothing else of it.
@Suite(.timeLimit(.minutes(20)))
struct MessageLogTests {
    @Test func eachMessageIsTwoLines() async throws {
        try await ServedHouse.with(["log.format=json"]) { house in
            let letter = "From: Ann <ann@fabrikam.example>\nTo: customer@elsewhere.example\nSubject: very private\n\nEyes only.\n"
            _ = try await house.mandate("sendmail", "-t", "second@elsewhere.example", input: letter)
            _ = try await house.mandate(
                "sendmail", "x@elsewhere.example", input: "From: ceo@fabrikam.example\n\nx\n",
                expecting: Main.ExitStatus.notPermitted.rawValue)
            _ = await house.arrived(1)
            try await house.log.shows(#""event":"sent""#)
            let lines = try house.log.all.split(separator: "\n").map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
            }
            #expect(lines.allSatisfy { $0["time"] is String && $0["level"] is String && $0["event"] is String })
            let accepted = try #require(lines.first { $0["event"] as? String == "accepted" })
            #expect(accepted["way"] as? String == "sendmail" && accepted["place"] as? String == "uid \(geteuid())")
            #expect(accepted["client"] as? String == "me" && accepted["from"] as? String == "ann@fabrikam.example")
            #expect(accepted["recipients"] as? Int == 2 && accepted["first"] as? String == "second@elsewhere.example")
            let refused = try #require(lines.first { $0["event"] as? String == "refused" })
            #expect(refused["from"] as? String == "ceo@fabrikam.example" && refused["code"] as? String == "denied")
            #expect(refused["level"] as? String == "notice" && (refused["why"] as? String)?.contains("ceo@fabrikam.example") == true)
            let sent = try #require(lines.first { $0["event"] as? String == "sent" })
            #expect(sent["message"] as? String == accepted["message"] as? String && sent["from"] as? String != nil)
            #expect(sent["recipients"] as? Int == 2 && sent["first"] as? String == "second@elsewhere.example")
            #expect(sent["mailbox"] as? String != nil && sent["route"] as? String != nil && sent["transport"] as? String == "smtp")
            #expect((sent["reply"] as? String)?.hasPrefix("250") == true)
            for secret in ["very private", "Eyes only", house.key] { #expect(!house.log.all.contains(secret)) }
        }
    }

    /// What cannot be a message is refused before anything is read in it.
    @Test func whatIsNoMessageIsRefusedInALineToo() async throws {
        try await ServedHouse.with(["log.level=notice"]) { house in
            let dialogue = [
                "EHLO localhost", "MAIL FROM:<ann@fabrikam.example>", "RCPT TO:<customer@elsewhere.example>", "DATA",
                "From: ann@fabrikam.example\n\r\n\r\n.", "QUIT", "",
            ].joined(separator: "\r\n")
            #expect(try await house.mandate("sendmail", "-bs", input: dialogue).contains("550 5.6.0"))
            try await house.log.shows("notice refused way=sendmail place=\"uid \(geteuid())\" client=me recipients=1")
            #expect(!house.log.all.contains("info "))
        }
    }

    @Test(arguments: [["--log-level", "loud"], ["--log-format", "xml"], ["--set", "log.level=loud"], ["--set", "log.format=xml"]])
    func whatIsNoLevelOrFormatIsSaid(_ words: [String]) async throws {
        let shell = try await Shell.withStore()
        let answer = await shell.run(["serve", "--store", shell.store] + words)
        #expect([Main.ExitStatus.usage, .configuration].map(\.rawValue).contains(answer.status))
        #expect(answer.err.contains("json") || answer.err.contains("trace, debug, info"), "\(answer.err)")
    }
}
