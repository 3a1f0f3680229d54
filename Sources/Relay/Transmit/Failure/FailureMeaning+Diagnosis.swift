extension FailureMeaning {
    private static let hour = 3600.0
    /// Exchange Online chooses how long it blocks and tells nobody; asking every six hours does not prolong it.
    private static let blocked = 6 * 3600.0

    /// What is to be done with the message. Unknown means retry: late mail is better than lost mail.
    package var verdict: Verdict {
        switch self {
        case .accepted: .sent
        case .unreachable, .timedOut, .hungUp, .notReady, .protocolBroken, .tlsFailed, .tlsMissing, .tlsWanted, .mechanismMissing,
            .stoppedHere,
            .signInFailed, .signInBusy, .tooManyConnections, .tenantRecipients, .messageDeferred, .recipientDeferred, .tooManyRecipients,
            .unknown:
            .retry(notBefore: nil)
        // Asking again soon is what Google counts (domain.md 3.6).
        case .tooManySignIns: .retry(notBefore: 900)
        case .tooFast: .retry(notBefore: 60)
        case .recipientBusy: .retry(notBefore: Self.hour)
        case .tokenRefused, .tokenExpiring, .signInMissing: .tokenRejected
        case .submissionOffForMailbox, .submissionOffForTenant: .transportStopped(seconds: Self.hour)
        case .tokenTooLong, .passwordsOff, .policyBars, .browserSignInWanted, .dailyLimit, .tenantLimit, .mailServiceOff:
            .mailboxStopped(seconds: Self.hour)
        case .permissionMissing, .delegationMissing, .mailboxMissing: .transportStopped(seconds: Self.hour)
        case .senderThrottled, .senderBanned, .tenantBlocked: .mailboxStopped(seconds: Self.blocked)
        case .senderDenied: .denied
        case .unaligned, .fromRefused, .severalAuthorsRefused, .tooLarge, .extensionMissing, .envelopeNotExpressible, .malformed,
            .messageRefused,
            .recipientRefused:
            .refused
        }
    }

    /// The limit is the tenant's and ends by itself, however long that takes: no message is given up for it.
    package var pausesTenant: Bool { self == .tenantRecipients }

    /// A token that is older than the permission does not have it, and is kept as long as it lives: a fresh one is worth one try.
    package var mayBeOfAnOldToken: Bool { [.tokenRefused, .tokenExpiring, .permissionMissing, .delegationMissing].contains(self) }

    /// The provider asks for less at once: fewer connections for a while, whatever becomes of this message.
    package var asksForLess: Bool { [.tooManyConnections, .tooFast, .signInBusy, .tooManySignIns].contains(self) }

    /// `answer`: what came, in the provider's own words.
    package func cause(_ answer: String, _ subject: FailureSubject) -> String {
        let login = subject.login
        return switch self {
        case .accepted: answer
        case .unreachable, .timedOut, .hungUp, .protocolBroken, .tlsFailed, .tlsMissing, .mechanismMissing, .tokenTooLong,
            .extensionMissing,
            .stoppedHere, .envelopeNotExpressible:
            answer
        case .notReady: "the server is not ready: \(answer)"
        case .tlsWanted: "the server wants TLS first: \(answer)"
        case .tokenRefused: "the server does not take the token for \(login): \(answer)"
        case .tokenExpiring: "the server wants a token that lives longer: \(answer)"
        case .signInMissing: "the server wants a sign-in first: \(answer)"
        case .signInFailed: "sign-in failed: \(answer)"
        case .signInBusy: "sign-in is not possible just now: \(answer)"
        case .tooManySignIns: "\(login) has signed in too often: \(answer)"
        case .submissionOffForMailbox: "SMTP AUTH is switched off for \(login)"
        case .submissionOffForTenant: "SMTP AUTH is switched off for the tenant of \(login)"
        case .passwordsOff: "the server took the sign-in for a password: \(answer)"
        case .policyBars: "a conditional-access policy or Security Defaults bar \(login) from SMTP: \(answer)"
        case .browserSignInWanted: "the provider wants \(login) to sign in by browser first: \(answer)"
        case .senderDenied: "\(login) may not send as \(subject.sender)"
        case .senderThrottled: "the provider has blocked \(login) for repeated errors: \(answer)"
        case .senderBanned: "the provider takes no mail from \(login): \(answer)"
        case .tenantBlocked: "the provider takes no mail from the tenant of \(login): \(answer)"
        case .dailyLimit: "\(login) has reached a sending limit: \(answer)"
        case .tenantLimit: "the tenant of \(login) has reached a sending limit: \(answer)"
        case .tenantRecipients:
            "the tenant of \(login) has written to as many recipients outside as it may for now, which is no fault of the mailbox: \(answer)"
        case .tooManyConnections: "the provider has too many connections of \(login): \(answer)"
        case .tooFast: "the provider wants fewer requests of \(login): \(answer)"
        case .permissionMissing: "the application has no permission to send through \(login): \(answer)"
        case .delegationMissing: "the service account may not act for \(login): \(answer)"
        case .mailboxMissing: "there is no mailbox \(login) that the provider's API can send from: \(answer)"
        case .mailServiceOff: "mail is not switched on for \(login): \(answer)"
        case .unaligned: "From's domain fails DMARC at the recipient: \(answer)"
        case .fromRefused: "the provider does not take this From field: \(answer)"
        case .severalAuthorsRefused: "the provider takes no From with several authors: \(answer)"
        case .tooLarge: "the message is too large for the provider: \(answer)"
        case .malformed: "the provider could not read what we sent, which is our fault: \(answer)"
        case .messageRefused: "the provider refused the message: \(answer)"
        case .messageDeferred: "not taken for now: \(answer)"
        case .recipientRefused: "the recipient is refused: \(answer)"
        case .recipientDeferred: "the recipient is not taken for now: \(answer)"
        case .recipientBusy: "the recipient has reached a limit: \(answer)"
        case .tooManyRecipients: "too many recipients at once: \(answer)"
        case .unknown: "an answer that is not known: \(answer)"
        }
    }

    /// What a person can do; empty where nobody needs to.
    package func fix(_ subject: FailureSubject) -> String {
        let login = subject.login
        switch self {
        case .accepted, .unreachable, .timedOut, .hungUp, .notReady, .protocolBroken, .stoppedHere, .signInFailed, .signInBusy,
            .tooManySignIns,
            .tooManyConnections, .tooFast, .dailyLimit, .messageDeferred, .messageRefused, .recipientDeferred, .recipientBusy,
            .recipientRefused, .tooManyRecipients, .unknown:
            return ""
        case .tlsFailed: return "check the provider's certificate, or give its authority with `mandate providers set ID --trust FILE`"
        case .tlsMissing, .mechanismMissing, .tlsWanted, .signInMissing: return "check host and port of the provider's SMTP endpoint"
        case .tokenTooLong: return "a limit of the server, not a bad token: raise its line length, or have shorter tokens issued"
        case .tokenRefused: return subject.permissionFix ?? tokenFix(subject.kind)
        case .tokenExpiring:
            return "nothing, if it happens once: tokens are renewed ahead of need; else have longer lives configured at the provider"
        case .submissionOffForMailbox:
            return
                "Set-CASMailbox -Identity \(login.powerShellQuoted) -SmtpClientAuthenticationDisabled $false, or add the transport graph to the mailbox"
        case .submissionOffForTenant:
            return
                "Set-CASMailbox -Identity \(login.powerShellQuoted) -SmtpClientAuthenticationDisabled $false (for this mailbox), or Set-TransportConfig "
                + "-SmtpClientAuthenticationDisabled $false (for all), or add the transport graph to the mailbox"
        case .passwordsOff: return "check that the provider entry points at the OAuth2 submission host"
        case .policyBars: return "exempt the account in Entra's conditional access, or send through Graph"
        case .browserSignInWanted: return "sign in to \(login) once in a browser and look for a security warning"
        case .senderDenied: return denialFix(subject)
        case .senderThrottled: return "stop what causes the errors; the block ends by itself, support cannot lift it"
        case .senderBanned: return "look for it among the restricted entities of Microsoft Defender (or the Gmail log of the admin console)"
        case .tenantBlocked: return "ask the provider's support, and look for a service incident of the tenant"
        case .tenantLimit: return "wait; the limit is the tenant's, so another of its mailboxes does not help"
        case .tenantRecipients:
            guard subject.kind != .google else {
                return
                    "wait: the mail goes out as soon as the customer may send again; the limit grows with its users (Google Admin console, Apps, Gmail, Routing)"
            }
            return
                "wait: the mail goes out as soon as the tenant may send again; in the Exchange admin center, Reports, Mail flow shows the limit, which "
                + "grows with its licences (a trial's and that of *.onmicrosoft.com addresses are low)"
        case .permissionMissing:
            return subject.permissionFix
                ?? "in Entra: grant Mail.Send to the application, or in Exchange Online: New-ManagementRoleAssignment -Role 'Application Mail.Send' "
                + "with a scope that contains \(login); `mandate applications show` has the lines"
        case .delegationMissing:
            return "Google Admin, Security, API controls, Domain-wide delegation: authorise the service account's client id for the scope"
        case .mailboxMissing:
            return "check the login of the mailbox; Graph sends from Exchange Online mailboxes with a licence or shared ones only"
        case .mailServiceOff: return "switch Gmail on for the user in the admin console"
        case .unaligned:
            return "send it through a mailbox of a tenant that signs for the domain, and record its domains with the application"
        case .fromRefused: return "several authors need a Sender among them; the domain must be a registered one"
        case .severalAuthorsRefused: return "send it through a provider that takes several authors, or have one author"
        case .tooLarge:
            return
                "send it smaller, or let it go by SMTP where the mailbox may (`mandate mailboxes set ID --transport smtp --transport graph`)"
        case .extensionMissing: return "send it through a mailbox whose server offers it"
        case .envelopeNotExpressible: return "add the transport smtp to the mailbox: an API sends to everyone whom the header names"
        case .malformed: return "report it, with the journal's entry"
        }
    }

    private func tokenFix(_ kind: ProviderKind) -> String {
        switch kind {
        case .microsoft:
            "check that the login is the token's own, that SMTP.Send or SMTP.SendAsApp was consented to, and the mailbox permission"
        case .google: "check that the login is the token's own and that https://mail.google.com/ was consented to"
        case .custom: "check that the login is the token's own and that the scope for sending was consented to"
        }
    }

    private func denialFix(_ subject: FailureSubject) -> String {
        switch subject.kind {
        case .microsoft, .custom: "in Exchange Online: \(ProviderSteps.sendAs(subject.sender, by: subject.login))"
        case .google: "in Gmail, as \(subject.login): Settings, Accounts, Send mail as, and confirm \(subject.sender)"
        }
    }
}
