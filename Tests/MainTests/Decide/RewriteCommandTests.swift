import Foundation
import Testing
@testable import Main

/// `rewrite`: a message in, the message as it would leave out, and nothing if it would not.
struct RewriteCommandTests {
    private static let directory = """
        settings: {EMAIL_FROM_USER_ID: desk@example.org, AD_HOC_EMAIL_FROM_ADDRESS: "* Current User *", fallback.ad-hoc: hold}
        users: [{id: ann, name: Ann, addresses: [ann@example.org]}]
        applications: [{name: app, provider: microsoft, tenant: t.example, client_id: c, domains: [example.org]}]
        grants: [{name: shell, kind: consent, application: app}]
        mailboxes: [{address: desk@example.org, grant: shell}]

        """
    private static let head = """
        From: Ann <ann@example.org>
        Date: Mon, 23 Nov 2026 10:00:00 +0000
        Message-ID: <1@example.org>
        Bcc: eve@example.org


        """

    private static func rewrite(_ message: String, _ words: String = "") async throws -> Shell.Answer {
        let shell = try Shell()
        return await shell.run("rewrite --directory \(try shell.file("company.yaml", directory)) \(words)", input: message)
    }

    @Test func theMessageLeavesWithItsBodyAsItCame() async throws {
        let body = (0..<20_000).map { "line \($0) of a body that is larger than one piece\n" }.joined() + "last, without an end"
        let answer = try await Self.rewrite(Self.head + body)
        #expect(answer.status == 0, "\(answer.err)")
        let wanted = """
            From: "Ann via example.org" <desk@example.org>
            Reply-To: Ann <ann@example.org>
            Date: Mon, 23 Nov 2026 10:00:00 +0000
            Message-ID: <1@example.org>


            """
        #expect(answer.out == (wanted + body).replacingOccurrences(of: "\n", with: "\r\n"))
    }

    @Test func whatLeavesLeavesAgainUnchanged() async throws {
        let once = try await Self.rewrite("From: desk@example.org\r\nDate: x\r\nMessage-ID: <1@x>\r\n\r\nHello\r\n").out
        #expect(try await Self.rewrite(once).out == once)
    }

    @Test func theRulesGoToStandardError() async throws {
        let answer = try await Self.rewrite(Self.head + "Hello\n", "--explain")
        #expect(answer.err.contains("no route"))
        #expect(answer.err.contains("the envelope sender is <desk@example.org>"))
    }

    @Test(arguments: [
        ("From: Ann <ann@example.org>\n\nHello\n", "--purpose ad-hoc", 65, "current-user-missing"),
        ("From: Ann <ann@example.org>\n\nHello\n", "--purpose ad-hoc --user ann", 75, "would be held"),
        ("nonsense\n\nHello\n", "", 65, "no colon"), ("", "", 65, "author-missing"), ("From: a@x.org", "", 65, "no line end"),
        ("From: a@x.org\r\nTo: b@x.org\n\nHello\n", "", 65, "CRLF"), ("From: a@x.org\n\nHel\rlo\n", "", 65, "carriage return"),
        ("From ann Mon Nov 23\nTo: x@x.org\n\n", "", 65, "mbox"),
    ])
    func wrongMessagesAreRefused(_ message: String, _ words: String, _ status: Int32, _ says: String) async throws {
        let answer = try await Self.rewrite(message, words)
        #expect(answer.status == status, "\(answer.err)")
        #expect(answer.err.contains(says), "\(answer.err)")
        #expect(answer.err.split(separator: "\n").count == 1, "\(answer.err)")
    }
}
