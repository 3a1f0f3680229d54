/// One table from (stage, code, enhanced code, text) to a verdict, the cause in plain words, and the fix. Sources: domain.md 2.7, 3.6 and RFC 5321
/// section 4.2. The same code can mean different things, and then the text decides. What is not known on the way out means retry.
package enum FailureTable {
    /// A reply that concerns a recipient, or the whole dialogue.
    package static func diagnose(_ reply: SMTPReply, at stage: TransmitStage, mailbox: String, from: String) -> Diagnosis {
        if reply.isPositive { return Diagnosis(.sent, reply.text) }
        switch stage {
        case .auth: return authentication(reply, mailbox)
        case .mail, .content, .data: return submission(reply, mailbox, from)
        case .rcpt: return recipient(reply)
        case .connect, .greeting, .ehlo, .startTLS: return Diagnosis(.retry(notBefore: nil), "the server is not ready: \(reply)")
        }
    }

    package static func diagnose(_ failure: TransmitFailure, mailbox: String, from: String) -> Diagnosis {
        switch failure.cause {
        case .reply(let reply):
            return diagnose(reply, at: failure.stage, mailbox: mailbox, from: from)
        case .timeout, .connectionClosed, .unreachable, .protocolViolation:
            return Diagnosis(.retry(notBefore: nil), failure.description)
        case .tls:
            return Diagnosis(
                .retry(notBefore: nil), failure.description,
                fix: "check the provider's certificate, or give its authority with `mandate providers set --trust FILE`")
        case .noTLS, .noMechanism:
            return Diagnosis(.retry(notBefore: nil), failure.description, fix: "check host and port of the provider's SMTP endpoint")
        case .tokenTooLong:
            return Diagnosis(
                .mailboxStopped(seconds: 3600), failure.description,
                fix: "a limit of the server, not a bad token: raise its line length, or have shorter tokens issued")
        case .notOffered(let what):
            return Diagnosis(.refused, failure.description, fix: "send it through a mailbox whose server offers \(what)")
        case .ours(let why):
            return Diagnosis(.retry(notBefore: nil), why)
        }
    }

    private static func authentication(_ reply: SMTPReply, _ mailbox: String) -> Diagnosis {
        if reply.isTemporary { return Diagnosis(.retry(notBefore: nil), "sign-in is not possible just now: \(reply)") }
        // 5.7.139 is one code for four causes (domain.md 2.7): only the text tells them apart.
        if reply.says("SmtpClientAuthentication is disabled") {
            return Diagnosis(
                .mailboxStopped(seconds: 3600), "SMTP AUTH is switched off for \(mailbox)",
                fix: "Set-CASMailbox -Identity \(mailbox) -SmtpClientAuthenticationDisabled $false")
        }
        if reply.says("basic authentication is") {
            return Diagnosis(
                .mailboxStopped(seconds: 3600), "the server took the sign-in for a password: \(reply)",
                fix: "check that the provider entry points at the OAuth2 submission host")
        }
        if reply.says("did not meet the criteria") || reply.says("security defaults") {
            return Diagnosis(
                .mailboxStopped(seconds: 3600), "a conditional-access policy or Security Defaults bar \(mailbox) from SMTP",
                fix: "exempt the account in Entra's conditional access")
        }
        if reply.enhanced == "5.7.3" || reply.enhanced == "5.7.8" || reply.code == 535 || reply.code == 501 {
            return Diagnosis(
                .tokenRejected, "the server does not take the token for \(mailbox): \(reply)",
                fix: "check that the login is the token's own, that SMTP.Send or SMTP.SendAsApp was consented to, and the mailbox permission")
        }
        return Diagnosis(.retry(notBefore: nil), "sign-in failed: \(reply)")
    }

    private static func submission(_ reply: SMTPReply, _ mailbox: String, _ from: String) -> Diagnosis {
        // 5.2.252 is a single denial with 554 and a block of the whole mailbox with 550: the text decides.
        if reply.says("Sender throttled due to continuous") {
            return Diagnosis(
                .mailboxStopped(seconds: 6 * 3600), "the provider has blocked \(mailbox) for repeated errors: \(reply)",
                fix: "stop what causes the errors; the block ends by itself, support cannot lift it")
        }
        if reply.says("SendAsDenied") || reply.enhanced == "5.7.60" {
            return Diagnosis(
                .denied, "\(mailbox) may not send as \(from)",
                fix: "Add-RecipientPermission -Identity \(from) -Trustee \(mailbox) -AccessRights SendAs")
        }
        if reply.enhanced == "5.7.57" || (reply.code == 530 && reply.enhanced.hasPrefix("5.7")) {
            return Diagnosis(.tokenRejected, "the server wants a sign-in first: \(reply)")
        }
        if reply.says("concurrent connection") || reply.says("thread limit exceeded") {
            return Diagnosis(.retry(notBefore: nil), "the provider has too many connections of \(mailbox): \(reply)")
        }
        if reply.isDailyLimit {
            return Diagnosis(.mailboxStopped(seconds: 3600), "\(mailbox) has reached a sending limit: \(reply)")
        }
        if reply.isTemporary || !reply.isPermanent { return Diagnosis(.retry(notBefore: nil), "not taken for now: \(reply)") }
        return Diagnosis(.refused, "the provider refused the message: \(reply)")
    }

    private static func recipient(_ reply: SMTPReply) -> Diagnosis {
        if reply.isDailyLimit { return Diagnosis(.retry(notBefore: 3600), "a sending limit is reached: \(reply)") }
        // 452 4.5.3 and, of older servers, 552 for "too many recipients" are temporary for those left over (RFC 5321 section 4.5.3.1.10).
        if reply.isTemporary || reply.code == 552 || !reply.isPermanent {
            return Diagnosis(.retry(notBefore: nil), "the recipient is not taken for now: \(reply)")
        }
        return Diagnosis(.refused, "the recipient is refused: \(reply)")
    }
}

extension SMTPReply {
    fileprivate var isPermanent: Bool { (500..<600).contains(code) }

    fileprivate func says(_ words: String) -> Bool { text.lowercased().contains(words.lowercased()) }

    /// Limits a provider lifts by itself (domain.md 2.7, 3.6): wait, never disable.
    fileprivate var isDailyLimit: Bool {
        ["5.1.90", "5.2.121", "5.2.122", "5.4.5"].contains(enhanced) || says("limit exceeded for customer")
    }
}
