import Foundation
import Mail
import Relay
import Testing

@testable import SMTPTransmit

@Suite struct SubmissionDialogueTests {
    private let token = Secret("ya29.short-token")

    private func dialogue(_ protection: SubmissionDialogue.Protection = .startTLS) -> SubmissionDialogue {
        SubmissionDialogue(
            name: "me.test", signIn: SignIn(login: "ann@example.org", token: token, host: "mail.example.org", port: 587),
            protection: protection)
    }

    private func signedIn(_ extensions: String) -> SubmissionDialogue {
        var dialogue = dialogue(.tls)
        _ = dialogue.received(Array("220 hi\r\n250-x\r\n\(extensions)250 AUTH XOAUTH2\r\n235 ok\r\n".utf8))
        return dialogue
    }

    private func order(_ recipients: String...) throws -> MailOrder {
        let recipients = try recipients.map { Recipient(address: try EmailAddress($0)) }
        return MailOrder(envelope: Envelope(sender: .address(try EmailAddress("ann@example.org")), recipients: recipients), size: 10)
    }

    /// CVE-2011-0411: words in clear behind the 220 must never be taken for words under TLS.
    @Test func clearTextBehindStartTLSIsAViolation() {
        var dialogue = dialogue()
        _ = dialogue.received(Array("220 hi\r\n250-x\r\n250 STARTTLS\r\n".utf8))
        let actions = dialogue.received(Array("220 go\r\n250-x\r\n250 AUTH XOAUTH2\r\n".utf8))
        let cause = TransmitFailure.Cause.protocolViolation("words in clear text behind the answer to STARTTLS")
        #expect(actions == [.finished(.failure(TransmitFailure(stage: .startTLS, cause: cause))), .close])
    }

    @Test func oneByteBehindStartTLSIsAViolation() {
        var dialogue = dialogue()
        _ = dialogue.received(Array("220 hi\r\n250-x\r\n250 STARTTLS\r\n".utf8))
        #expect(!dialogue.received(Array("220 go\r\n2".utf8)).contains(.startTLS))
    }

    @Test func helloFollowsTLSAtOnce() {
        var dialogue = dialogue()
        #expect(dialogue.received(Array("220 hi\r\n".utf8)) == [.send("EHLO me.test\r\n")])
        #expect(dialogue.received(Array("250-x\r\n250 STARTTLS\r\n".utf8)) == [.send("STARTTLS\r\n")])
        #expect(dialogue.received(Array("220 go\r\n".utf8)) == [.startTLS, .send("EHLO me.test\r\n")])
    }

    @Test func theServersNameIsNoOffer() {
        var dialogue = dialogue()
        _ = dialogue.received(Array("220 hi\r\n".utf8))
        let noTLS = TransmitFailure(stage: .startTLS, cause: .noTLS)
        #expect(dialogue.received(Array("250 STARTTLS\r\n".utf8)) == [.finished(.failure(noTLS)), .send("QUIT\r\n")])
    }

    @Test func pipelinedCommandsLeaveInOneWrite() throws {
        var dialogue = signedIn("250-PIPELINING\r\n")
        let commands = "MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.net>\r\nRCPT TO:<cid@example.net>\r\nDATA\r\n"
        #expect(dialogue.begin(try order("bob@example.net", "cid@example.net")) == [.send(commands)])
    }

    @Test func theNextMessageWaitsForReset() throws {
        var dialogue = signedIn("")
        _ = dialogue.begin(try order("bob@example.net"))
        let refused = dialogue.received(Array("550 5.7.1 no\r\n".utf8))
        #expect(refused.last == .send("RSET\r\n"))
        #expect(dialogue.isReusable)
        #expect(dialogue.begin(try order("bob@example.net")).isEmpty)
        #expect(dialogue.received(Array("250 ok\r\n".utf8)) == [.send("MAIL FROM:<ann@example.org>\r\n")])
    }

    @Test func wordsThatNobodyAskedForEndAnIdleConnection() {
        var dialogue = signedIn("")
        #expect(dialogue.received(Array("250 surprise\r\n".utf8)) == [.close])
        #expect(!dialogue.isReusable)
    }

    @Test func aMessageOnAClosedConnectionDiesAtMail() throws {
        var dialogue = signedIn("")
        _ = dialogue.interrupted(.connectionClosed)
        #expect(
            dialogue.begin(try order("bob@example.net"))
                == [.finished(.failure(TransmitFailure(stage: .mail, cause: .connectionClosed)))])
    }

    @Test func quitIsSaidAndAnsweredBeforeTheClose() {
        var dialogue = signedIn("")
        #expect(dialogue.quit() == [.send("QUIT\r\n")])
        #expect(dialogue.received(Array("221 bye\r\n".utf8)) == [.close])
    }

    @Test func tlsTroubleIsToldAtItsStage() {
        var dialogue = dialogue()
        _ = dialogue.received(Array("220 hi\r\n250-x\r\n250 STARTTLS\r\n220 go\r\n".utf8))
        #expect(
            dialogue.interrupted(.tls("expired"))
                == [.finished(.failure(TransmitFailure(stage: .startTLS, cause: .tls("expired")))), .close])
        var implicit = self.dialogue(.tls)
        #expect(
            implicit.interrupted(.tls("expired"))
                == [.finished(.failure(TransmitFailure(stage: .connect, cause: .tls("expired")))), .close])
    }

    @Test func actionsDoNotShowTheToken() {
        var dialogue = dialogue(.tls)
        let actions = dialogue.received(Array("220 hi\r\n250-x\r\n250 AUTH XOAUTH2\r\n".utf8))
        #expect(actions.count == 2)
        var shown = "\(actions)"
        dump(actions, to: &shown)
        #expect(!shown.contains("ya29"))
        #expect(!shown.contains("dXNlcj"))
    }

    /// Microsoft's documented vector (domain.md 2.4).
    @Test func responseIsMicrosoftsVector() {
        let signIn = SignIn(
            login: "test@contoso.onmicrosoft.com", token: Secret("EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA"), host: "mail.example.org",
            port: 587)
        let expected =
            "dXNlcj10ZXN0QGNvbnRvc28ub25taWNyb3NvZnQuY29tAWF1dGg9QmVhcmVyIEV3QkFBbDNCQUFVRkZwVUFvN0ozVmUwYmpMQldaV0NjbFJDM0VvQUEBAQ=="
        #expect(signIn.responseLine(.xoauth2) == SecretLine(Array((expected + "\r\n").utf8)))
    }

    /// RFC 7628 section 4: the same response for IMAP (4.1) and for SMTP submission.
    @Test(arguments: [
        (
            143,
            "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
        ),
        (
            587,
            "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
        ),
    ]) func bearerResponseIsTheStandardsVector(_ port: Int, _ expected: String) {
        let signIn = SignIn(
            login: "user@example.com", token: Secret("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="), host: "server.example.com", port: port)
        #expect(signIn.responseLine(.oauthbearer) == SecretLine(Array((expected + "\r\n").utf8)))
    }

    /// RFC 5801 section 4.
    @Test func syntaxInALoginIsEscaped() {
        let signIn = SignIn(login: "a=b,c@example.org", token: Secret("t"), host: "h", port: 1)
        let text = Data("n,a=a=3Db=2Cc@example.org,\u{1}host=h\u{1}port=1\u{1}auth=Bearer t\u{1}\u{1}".utf8)
        #expect(signIn.responseLine(.oauthbearer) == SecretLine(Array((text.base64EncodedString() + "\r\n").utf8)))
    }

    @Test(arguments: SignIn.Mechanism.allCases) func initialResponseStaysWithin512Octets(_ mechanism: SignIn.Mechanism) {
        for length in 250..<400 {
            let signIn = SignIn(
                login: "a@example.org", token: Secret(String(repeating: "x", count: length)), host: "mail.example.org", port: 587)
            let whole = "AUTH \(mechanism.rawValue) ".utf8.count + signIn.responseLine(mechanism).count
            #expect((signIn.initialLine(mechanism) != nil) == (whole <= 512))
        }
    }
}
