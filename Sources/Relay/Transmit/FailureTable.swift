/// One table from (stage, code, enhanced code, text) to a verdict, the cause in plain words, and the fix. Sources: domain.md 2.7, 3.6 and RFC 5321
/// section 4.2. The same code can mean different things, and then the text decides. What is not known on the way out means retry.
package enum FailureTable {
    /// A reply that concerns a recipient, or the whole dialogue.
    package static func diagnose(_ reply: SMTPReply, at stage: TransmitStage, mailbox: String, from: String) -> Diagnosis {
        switch stage {
        // Only 2xx to the content takes the message over; elsewhere, a good answer is a step of a dialogue that did not reach its end.
        case .content where (200..<300).contains(reply.code): return Diagnosis(.sent, reply.text)
        case _ where reply.isPositive: return Diagnosis(.retry(notBefore: nil), "the dialogue stopped at \(stage.rawValue): \(reply)")
        case .auth: return authentication(reply, mailbox)
        case .mail, .content, .data, .rcpt:
            return denial(reply, mailbox, from) ?? account(reply, mailbox)
                ?? (stage == .rcpt ? recipient(reply) : submission(reply, mailbox))
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
                fix: "check the provider's certificate, or give its authority with `mandate providers set ID --trust FILE`")
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
        if reply.isTemporary {
            // Asking again soon is what Google counts (domain.md 3.6).
            return Diagnosis(
                .retry(notBefore: reply.says("too many login attempts") ? 900 : nil), "sign-in is not possible just now: \(reply)")
        }
        // 5.7.139 is one code for four causes (domain.md 2.7): only the text tells them apart.
        if reply.says("SmtpClientAuthentication is disabled") {
            return Diagnosis(
                .mailboxStopped(seconds: 3600), "SMTP AUTH is switched off for \(mailbox)",
                fix: "Set-CASMailbox -Identity \(mailbox) -SmtpClientAuthenticationDisabled $false")
        }
        if let passwords = passwords(reply) { return passwords }
        if reply.says("did not meet the criteria") || reply.says("security defaults") {
            return Diagnosis(
                .mailboxStopped(seconds: 3600), "a conditional-access policy or Security Defaults bar \(mailbox) from SMTP",
                fix: "exempt the account in Entra's conditional access")
        }
        if reply.code == 534 {
            return Diagnosis(
                .mailboxStopped(seconds: 3600), "the provider wants \(mailbox) to sign in by browser first: \(reply)",
                fix: "sign in to \(mailbox) once and look for a security warning")
        }
        if reply.enhanced == "5.7.3" || reply.enhanced == "5.7.8" || reply.code == 535 || reply.code == 501 {
            return Diagnosis(
                .tokenRejected, "the server does not take the token for \(mailbox): \(reply)",
                fix:
                    "check that the login is the token's own, that SMTP.Send or SMTP.SendAsApp was consented to, and the mailbox permission"
            )
        }
        return Diagnosis(.retry(notBefore: nil), "sign-in failed: \(reply)")
    }

    /// The mailbox may not use this From. Postfix says so to the recipients, Exchange Online to the content.
    private static func denial(_ reply: SMTPReply, _ mailbox: String, _ from: String) -> Diagnosis? {
        guard !reply.isThrottle, !reply.isTemporary else { return nil }
        let isDenied =
            reply.says("SendAsDenied") || reply.enhanced == "5.7.60" || (reply.code == 554 && reply.enhanced == "5.2.252")
            || reply.says("permissions to send as this sender") || reply.says("not owned by user")
        guard isDenied else { return nil }
        return Diagnosis(
            .denied, "\(mailbox) may not send as \(from)",
            fix: "in Exchange Online: Add-RecipientPermission -Identity \(from) -Trustee \(mailbox) -AccessRights SendAs")
    }

    /// What concerns the mailbox or its tenant, whatever the message: no message may fail for it.
    private static func account(_ reply: SMTPReply, _ mailbox: String) -> Diagnosis? {
        // 5.2.252 is a single denial with 554 and a block of the whole mailbox with 550: the text decides, else the code.
        if reply.isThrottle {
            return Diagnosis(
                .mailboxStopped(seconds: 6 * 3600), "the provider has blocked \(mailbox) for repeated errors: \(reply)",
                fix: "stop what causes the errors; the block ends by itself, support cannot lift it")
        }
        if reply.isPermanent, reply.isBan {
            return Diagnosis(
                .mailboxStopped(seconds: 6 * 3600), "the provider takes no mail from \(mailbox) or its tenant: \(reply)",
                fix: "look for it among the restricted entities of Microsoft Defender, and for a service incident of the tenant")
        }
        if let passwords = passwords(reply) { return passwords }
        if reply.says("must issue a STARTTLS") {
            return Diagnosis(
                .retry(notBefore: nil), "the server wants TLS first: \(reply)", fix: "check host and port of the provider's SMTP endpoint")
        }
        if reply.enhanced == "5.7.57" || (reply.code == 530 && reply.enhanced.hasPrefix("5.7")) {
            return Diagnosis(.tokenRejected, "the server wants a sign-in first: \(reply)")
        }
        if reply.isDailyLimit {
            return Diagnosis(.mailboxStopped(seconds: 3600), "\(mailbox) has reached a sending limit: \(reply)")
        }
        return nil
    }

    private static func passwords(_ reply: SMTPReply) -> Diagnosis? {
        guard reply.says("basic authentication is") || reply.enhanced == "5.7.30" else { return nil }
        return Diagnosis(
            .mailboxStopped(seconds: 3600), "the server took the sign-in for a password: \(reply)",
            fix: "check that the provider entry points at the OAuth2 submission host")
    }

    private static func submission(_ reply: SMTPReply, _ mailbox: String) -> Diagnosis {
        if reply.says("concurrent connection") || reply.says("sender thread limit exceeded") {
            return Diagnosis(.retry(notBefore: nil), "the provider has too many connections of \(mailbox): \(reply)")
        }
        if reply.isRecipientLimit { return Diagnosis(.retry(notBefore: 3600), "a recipient has reached a limit: \(reply)") }
        if !reply.isPermanent { return Diagnosis(.retry(notBefore: nil), "not taken for now: \(reply)") }
        switch reply.enhanced {
        case "5.7.509":
            return Diagnosis(
                .refused, "From's domain fails DMARC at the recipient: \(reply)",
                fix: "send it through a mailbox of a tenant that signs for the domain, and record its domains with the application")
        case "5.7.512":
            return Diagnosis(
                .refused, "the provider does not take this From field: \(reply)", fix: "several authors need a Sender among them")
        default:
            return Diagnosis(.refused, "the provider refused the message: \(reply)")
        }
    }

    private static func recipient(_ reply: SMTPReply) -> Diagnosis {
        if reply.isRecipientLimit { return Diagnosis(.retry(notBefore: 3600), "the recipient has reached a limit: \(reply)") }
        // 452 4.5.3 and, of older servers, 552 for "too many recipients" are temporary for those left over (RFC 5321 section 4.5.3.1.10).
        if reply.code == 552 || !reply.isPermanent {
            return Diagnosis(.retry(notBefore: nil), "the recipient is not taken for now: \(reply)")
        }
        return Diagnosis(.refused, "the recipient is refused: \(reply)")
    }
}

extension SMTPReply {
    fileprivate var isPermanent: Bool { (500..<600).contains(code) }

    fileprivate func says(_ words: String) -> Bool { text.lowercased().contains(words.lowercased()) }

    /// Limits of the sender that a provider lifts by itself (domain.md 2.7, 3.6): wait, never disable.
    fileprivate var isDailyLimit: Bool {
        ["5.1.90", "5.4.5"].contains(enhanced) || says("limit exceeded for customer") || says("daily user sending limit")
    }

    /// How much one recipient may get in an hour.
    fileprivate var isRecipientLimit: Bool { ["5.2.121", "5.2.122"].contains(enhanced) }

    /// Exchange Online's block of a mailbox that went on after too many errors of a kind.
    fileprivate var isThrottle: Bool {
        says("throttled due to continuous")
            || (code == 550 && ["5.2.251", "5.2.252", "5.2.253", "5.2.254", "5.2.255"].contains(enhanced) && !says("SendAsDenied"))
    }

    /// 5.1.8: bad outbound sender; 5.7.501 to 503: banned; 5.7.700 to 750: the tenant's own limits and blocks.
    fileprivate var isBan: Bool {
        if ["5.1.8", "5.7.501", "5.7.502", "5.7.503"].contains(enhanced) { return true }
        guard enhanced.hasPrefix("5.7."), let detail = Int(enhanced.dropFirst(4)) else { return false }
        return (700...750).contains(detail)
    }
}
