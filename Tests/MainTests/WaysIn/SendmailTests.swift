import Foundation
import Sandbox
import TestSupport
import Testing

@testable import Main

/// `mandate sendmail` as programs run it: with the service there, without it, and refused.
@Suite(.timeLimit(.minutes(20)))
struct SendmailTests {
    private let letter = "From: ann@fabrikam.example\nTo: customer@elsewhere.example\nSubject: s\n\nHello.\n"

    @Test func aMessagePutDownWhileNobodyListensArrivesLater() async throws {
        try await ServedHouse.with { house in
            #expect(await house.service.stop() == 0)
            _ = try await house.mandate("sendmail", "-t", input: letter)
            _ = try await house.mandate("sendmail", "-f", "tracker@fabrikam.example", "root", input: "Subject: for root\n\nHello.\n")
            let maildrop = LocalFolder(house.folder + "/door").maildrop(of: geteuid())
            #expect(try FileManager.default.contentsOfDirectory(atPath: maildrop).filter { $0.hasSuffix(".eml") }.count == 2)
            let (service, log) = try await ServedHouse.start(house.premises, [])
            let arrivals = await house.arrived(2)
            // One more, now that somebody listens: a monitor sees three that came by sendmail.
            _ = try await house.mandate("sendmail", "-t", input: letter)
            let numbers = try await WebClient(port: try await log.webPort()).get("/metrics").text
            #expect(numbers.contains("\nmandate_messages_accepted_total{way=\"sendmail\"} 3\n"))
            #expect(await service.stop() == 0)
            #expect(
                arrivals.contains {
                    $0.field("Subject") == "s" && $0.recipients == ["customer@elsewhere.example"] && $0.body == "Hello.\r\n"
                })
            let root = try #require(arrivals.first { $0.field("Subject") == "for root" })
            // The user `root` is Operations.
            #expect(root.recipients == ["ops@fabrikam.example"])
            #expect(root.header.contains("(Mandate, from uid \(geteuid()))"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: maildrop).isEmpty)
        }
    }

    @Test func withoutServiceAndMaildropItIsTemporary() async throws {
        let shell = try await Shell.withStore()
        let program = try Program(
            ["/bin/sh", "-c", "echo | \(try Premises.program()) sendmail x@example.org"], environment: ["MANDATE_STORE": shell.store])
        #expect(await program.end() == Main.ExitStatus.temporary.rawValue)
    }

    @Test func refusalsEndAsSysexitsSay() async throws {
        try await ServedHouse.with { house in
            let cases: [(words: [String], input: String, status: Main.ExitStatus, says: String)] = [
                (["x@elsewhere.example"], "From: ceo@fabrikam.example\n\nx\n", .notPermitted, "(denied)"),
                (["x@elsewhere.example"], "X-Mandate-Purpose: ad-hoc\nFrom: ann@fabrikam.example\n\nx\n", .data, "(current-user-missing)"),
                (["x@elsewhere.example"], "X-Mandate-Purpose: ad-hoc\nX-Mandate-User: nobody\n\nx\n", .unknownUser, "(unknown-user)"),
                (["x@elsewhere.example"], "X-Mandate-Purpose: nonsense\n\nx\n", .data, "X-Mandate-Purpose"),
                (["x@elsewhere.example"], "From: ann@fabrikam.example\n\nbare\rreturn\n", .data, "carriage return"),
                (["-t"], "From: ann@fabrikam.example\n\nx\n", .data, "no recipients"), ([], letter, .usage, "-t"),
                (["-bd"], "", .usage, "mandate serve"),
            ]
            for it in cases {
                let said = try await house.run(
                    [try Premises.program(), "sendmail"] + it.words, input: it.input, expecting: it.status.rawValue)
                #expect(said.text.contains(it.says), "\(it.words) \(it.input): \(said.text)")
            }
            #expect(house.sandbox.messages.isEmpty)
        }
    }

    @Test func smtpOnTheStandardStreams() async throws {
        try await ServedHouse.with { house in
            let dialogue = [
                "EHLO localhost", "MAIL FROM:<ann@fabrikam.example>", "RCPT TO:<customer@elsewhere.example>", "DATA",
                letter.replacing("\n", with: "\r\n") + ".", "QUIT", "",
            ].joined(separator: "\r\n")
            let said = try await house.mandate("sendmail", "-bs", input: dialogue)
            #expect(said.contains("250 2.0.0 kept as m") && said.contains("221 2.0.0 bye"))
            #expect(await house.arrived(1).first?.body == "Hello.\r\n")
        }
    }

    /// To try again would be to try for ever.
    @Test func moreRecipientsThanOneMessageMayHaveAreRefusedForGood() async throws {
        try await ServedHouse.with { house in
            let said = try await house.run(
                [try Premises.program(), "sendmail", "-f", "ann@fabrikam.example"] + (0..<1_001).map { "r\($0)@elsewhere.example" },
                input: letter, environment: ["MANDATE_DOOR": house.folder + "/door"], expecting: 65)
            #expect(said.text.contains("1001 recipients") && said.text.contains("smtp.recipients"), "\(said.text)")
            #expect(house.sandbox.messages.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: LocalFolder(house.folder + "/door").keepersMaildrop).isEmpty)
        }
    }

    /// So many refusals that the service hangs up are refusals all the same, and not a reason to put the message down.
    @Test func aMessageThatIsRefusedForManyIsRefused() async throws {
        try await ServedHouse.with { house in
            let many = (0..<30).map { "r\($0)@-bad.example" }
            let said = try await house.run(
                [try Premises.program(), "sendmail", "-f", "ann@fabrikam.example"] + many, input: letter, expecting: 65)
            #expect(said.text.contains("-bad.example"))
            let refused = try await house.run(
                [try Premises.program(), "sendmail", "-f", "ann@fabrikam.example"] + (0..<30).map { "nobody\($0)" }, input: letter,
                environment: ["MANDATE_DOOR": house.folder + "/door"], expecting: 0)
            #expect(refused.text.isEmpty, "accounts go to the administrator")
            #expect(try FileManager.default.contentsOfDirectory(atPath: LocalFolder(house.folder + "/door").keepersMaildrop).isEmpty)
        }
    }
}
