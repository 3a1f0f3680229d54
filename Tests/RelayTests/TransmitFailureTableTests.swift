import Relay
import Testing

/// What each reply means, row by row: domain.md 2.7 and 3.6, RFC 5321 section 4.2, and what other servers say.
struct TransmitFailureTableTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let stage: TransmitStage
        let code: Int
        let enhanced: String
        let text: String
        let verdict: Verdict
        var testDescription: String { "\(stage) \(code) \(enhanced) \(text)" }

        init(_ stage: TransmitStage, _ code: Int, _ enhanced: String, _ text: String, _ verdict: Verdict) {
            self.stage = stage
            self.code = code
            self.enhanced = enhanced
            self.text = text
            self.verdict = verdict
        }
    }

    private static let retry = Verdict.retry(notBefore: nil)
    private static let hour = Verdict.mailboxStopped(seconds: 3600)
    private static let quarterDay = Verdict.mailboxStopped(seconds: 21_600)

    static let signIn: [Row] = [
        Row(.auth, 535, "5.7.3", "Authentication unsuccessful [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]", .tokenRejected),
        Row(.auth, 535, "5.7.139", "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", hour),
        Row(.auth, 535, "5.7.139", "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.", hour),
        Row(.auth, 535, "5.7.139", "Authentication unsuccessful, basic authentication is disabled.", hour),
        Row(.auth, 535, "5.7.139", "Authentication unsuccessful, the user credentials were incorrect.", .tokenRejected),
        Row(
            .auth, 535, "5.7.139", "Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully.",
            hour),
        Row(.auth, 535, "5.7.139", "Authentication unsuccessful, user is locked by your organization's security defaults policy.", hour),
        Row(.auth, 550, "5.7.30", "Basic authentication is not supported for Client Submission.", hour),
        Row(.auth, 501, "5.5.127", "Invalid XOAUTH2 auth data - Token will expire soon", .tokenRejected),
        Row(.auth, 535, "5.7.8", "Username and Password not accepted. For more information, go to …", .tokenRejected),
        Row(.auth, 535, "", "authentication failed", .tokenRejected),
        Row(.auth, 534, "5.7.9", "Application-specific password required.", hour),
        Row(.auth, 534, "5.7.14", "Please log in via your web browser and then try again.", hour),
        Row(.auth, 454, "4.7.0", "Cannot authenticate due to a temporary system problem. Try again later.", retry),
        Row(.auth, 454, "4.7.0", "Too many login attempts, please try again later.", .retry(notBefore: 900)),
        Row(.auth, 454, "4.7.0", "Temporary authentication failure: Connection lost to authentication server", retry),
        Row(.auth, 421, "4.7.0", "Try again later, closing connection.", retry),
        Row(.auth, 432, "4.3.2", "Concurrent connections limit exceeded.", retry),
        Row(.auth, 504, "5.7.4", "Unrecognized authentication type", retry),
        Row(.auth, 334, "", "eyJzdGF0dXMiOiI0MDEifQ==", retry),
    ]

    static let denials: [Row] = [
        Row(.content, 550, "5.7.60", "SMTP; Client does not have permissions to send as this sender", .denied),
        Row(.mail, 550, "5.7.60", "SMTP; Client does not have permissions to send as this sender", .denied),
        Row(.content, 550, "5.7.1", "Client does not have permissions to send as this sender", .denied),
        Row(
            .content, 554, "5.2.252",
            "SendAsDenied; a@b.example not allowed to send as c@d.example; STOREDRV.Submission.Exception:SendAsDeniedException", .denied),
        Row(.content, 554, "5.2.0", "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed", .denied),
        Row(.content, 554, "5.2.252", "submission was denied", .denied),
        Row(.rcpt, 553, "5.7.1", "<ann@example.org>: Sender address rejected: not owned by user desk@example.org", .denied),
        Row(.mail, 553, "5.7.1", "<ann@example.org>: Sender address rejected: not owned by user desk@example.org", .denied),
        Row(.data, 550, "5.7.60", "SMTP; Client does not have permissions to send as this sender", .denied),
    ]

    static let mailbox: [Row] = [
        Row(.content, 550, "5.2.251", "Sender throttled due to continuous mailbox full errors", quarterDay),
        Row(.content, 550, "5.2.252", "Sender throttled due to continuous send as denied errors", quarterDay),
        Row(.content, 550, "5.2.253", "Sender throttled due to continuous invalid license errors", quarterDay),
        Row(.content, 550, "5.2.254", "Sender throttled due to continuous too many recipients errors", quarterDay),
        Row(.content, 550, "5.2.255", "Sender throttled due to continuous invalid recipients errors", quarterDay),
        Row(.content, 550, "5.2.252", "blocked", quarterDay),
        Row(.mail, 550, "5.7.57", "Client was not authenticated to send anonymous mail", .tokenRejected),
        Row(.mail, 530, "5.7.57", "SMTP; Client was not authenticated to send anonymous mail during MAIL FROM", .tokenRejected),
        Row(.mail, 530, "5.7.0", "Authentication Required.", .tokenRejected),
        Row(.mail, 530, "5.7.0", "Must issue a STARTTLS command first.", retry),
        Row(.mail, 550, "5.7.30", "Basic authentication is not supported for Client Submission.", hour),
        Row(.content, 550, "5.1.90", "Your message can't be sent because you've reached your daily limit for message recipients", hour),
        Row(.rcpt, 550, "5.1.90", "Your message can't be sent because you've reached your daily limit for message recipients", hour),
        Row(.content, 550, "5.1.8", "Access denied, bad outbound sender AS(42004)", quarterDay),
        Row(.rcpt, 550, "5.1.8", "Access denied, bad outbound sender AS(42004)", quarterDay),
        Row(.mail, 550, "5.7.501", "Access denied, spam abuse detected", quarterDay),
        Row(.mail, 550, "5.7.502", "Access denied, banned sender", quarterDay),
        Row(.rcpt, 550, "5.7.503", "Access denied, banned sender", quarterDay),
        Row(.content, 550, "5.7.705", "Access denied, tenant has exceeded threshold", quarterDay),
        Row(.rcpt, 550, "5.7.708", "Access denied, traffic not accepted from this IP", quarterDay),
        Row(.content, 550, "5.7.750", "Client blocked from sending from unregistered domain", quarterDay),
        Row(.content, 550, "5.4.5", "Daily user sending limit exceeded. For more information …", hour),
        Row(.rcpt, 550, "5.4.5", "Daily user sending limit exceeded.", hour),
        Row(.content, 550, "5.7.1", "Daily SMTP relay limit exceeded for customer.", hour),
    ]

    static let messages: [Row] = [
        Row(.content, 250, "2.0.0", "OK", .sent), Row(.content, 251, "", "user not local; will forward", .sent),
        Row(.content, 354, "", "go on", retry), Row(.rcpt, 250, "2.1.5", "ok", retry), Row(.mail, 250, "2.1.0", "ok", retry),
        Row(.content, 0, "", "", retry), Row(.content, 199, "", "?", retry), Row(.content, 600, "", "?", retry),
        Row(.content, 432, "4.3.2", "STOREDRV.ClientSubmit; sender thread limit exceeded", retry),
        Row(.mail, 432, "4.3.2", "concurrent connection limit exceeded", retry),
        Row(.content, 432, "4.3.2", "STOREDRV.Deliver; recipient thread limit exceeded", retry),
        Row(.content, 550, "5.7.509", "Access denied, sending domain does not pass DMARC verification", .refused),
        Row(.content, 550, "5.7.512", "Access denied, message must be RFC 5322 section 3.6.2 compliant", .refused),
        Row(.content, 550, "5.7.1", "Messages with multiple addresses in From: header are not accepted.", .refused),
        Row(.content, 552, "5.3.4", "Message size exceeds fixed maximum message size", .refused),
        Row(.mail, 552, "5.2.3", "message too large", .refused), Row(.content, 554, "5.6.0", "Corrupt message content", .refused),
        Row(.content, 451, "4.3.0", "Mail server temporarily rejected message.", retry),
        Row(.mail, 421, "4.3.0", "Temporary System Problem", retry),
        Row(.data, 421, "4.4.5", "Server busy, try again later", retry), Row(.data, 503, "5.5.1", "bad sequence of commands", .refused),
        Row(.content, 550, "5.2.122", "The recipient has exceeded their limit", .retry(notBefore: 3600)),
        Row(.content, 471, "", "filtered", retry), Row(.greeting, 554, "5.3.2", "no service", retry), Row(.ehlo, 502, "", "no", retry),
        Row(.startTLS, 454, "4.7.0", "TLS not available", retry), Row(.connect, 421, "", "bye", retry), Row(.ehlo, 250, "", "hi", retry),
    ]

    static let recipients: [Row] = [
        Row(.rcpt, 550, "5.1.1", "no such user", .refused), Row(.rcpt, 550, "5.1.10", "Recipient not found", .refused),
        Row(.rcpt, 553, "5.1.3", "bad address", .refused), Row(.rcpt, 554, "5.7.1", "Relay access denied", .refused),
        Row(.rcpt, 450, "4.2.1", "receiving mail at too high a rate", retry),
        Row(.rcpt, 451, "4.7.1", "Greylisted, come back later", retry),
        Row(.rcpt, 452, "4.5.3", "Too many recipients", retry), Row(.rcpt, 552, "", "Too many recipients", retry),
        Row(.rcpt, 550, "5.2.121", "per hour message receive limit from this sender exceeded", .retry(notBefore: 3600)),
        Row(.rcpt, 550, "5.2.122", "per hour message receive limit exceeded", .retry(notBefore: 3600)),
        Row(.rcpt, 421, "4.7.0", "too many errors", retry), Row(.rcpt, 999, "", "?", retry),
    ]

    @Test(arguments: signIn + denials + mailbox + messages + recipients) func verdict(_ row: Row) {
        let reply = SMTPReply(code: row.code, enhanced: row.enhanced, text: row.text)
        let diagnosis = FailureTable.diagnose(reply, at: row.stage, mailbox: "desk@example.org", from: "ann@example.org")
        #expect(diagnosis.verdict == row.verdict)
        #expect(!diagnosis.cause.isEmpty)
        let failure = TransmitFailure(stage: row.stage, cause: .reply(reply))
        #expect(FailureTable.diagnose(failure, mailbox: "desk@example.org", from: "ann@example.org") == diagnosis)
    }

    @Test func thereAreEnoughRows() {
        let rows = Self.signIn + Self.denials + Self.mailbox + Self.messages + Self.recipients
        #expect(rows.count >= 60)
    }

    @Test func everyStageRetriesWhatIsUnknown() {
        for stage in TransmitStage.allCases {
            for code in [0, 100, 299, 399, 499, 700] where stage != .content || code != 299 {
                let reply = SMTPReply(code: code, text: "?")
                #expect(FailureTable.diagnose(reply, at: stage, mailbox: "m", from: "f").verdict == Self.retry, "\(stage) \(code)")
            }
        }
    }

    @Test(arguments: [
        (TransmitFailure.Cause.timeout(seconds: 300), retry), (.connectionClosed, retry), (.unreachable("no route to host"), retry),
        (.tls("self-signed"), retry), (.noTLS, retry), (.noMechanism(offered: ["PLAIN"]), retry),
        (.tokenTooLong(SMTPReply(code: 500, text: "line too long")), hour), (.notOffered("SMTPUTF8"), .refused),
        (.ours("cancelled"), retry),
        (.protocolViolation("25O ok"), retry),
    ]) func causeWithoutReply(_ cause: TransmitFailure.Cause, _ verdict: Verdict) {
        let diagnosis = FailureTable.diagnose(TransmitFailure(stage: .content, cause: cause), mailbox: "m", from: "f")
        #expect(diagnosis.verdict == verdict)
        #expect(!diagnosis.cause.isEmpty)
    }

    @Test func whatNeedsAPersonSaysWhatToDo() {
        for row in Self.signIn + Self.denials + Self.mailbox {
            let reply = SMTPReply(code: row.code, enhanced: row.enhanced, text: row.text)
            let diagnosis = FailureTable.diagnose(reply, at: row.stage, mailbox: "desk@example.org", from: "ann@example.org")
            if case .denied = diagnosis.verdict { #expect(diagnosis.fix.contains("ann@example.org")) }
            if row.text.contains("SmtpClientAuthentication") {
                #expect(diagnosis.fix.contains("Set-CASMailbox -Identity desk@example.org"))
            }
        }
    }
}
