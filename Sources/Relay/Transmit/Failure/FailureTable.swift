/// From (provider, stage, code, enhanced code, text) to what it means: an ordered list, the first match counts. Sources: domain.md 2.7 and 3.6,
/// real-servers.md 1a, RFC 5321 section 4.2. The same code can mean different things, and then the text decides.
package enum FailureTable {
    /// What an answer means; `unknown` where no row knows it.
    package static func meaning(of reply: ProviderReply, at stage: TransmitStage, kind: ProviderKind) -> FailureMeaning {
        if stage.takesOver, (200..<300).contains(reply.code) { return .accepted }
        // Elsewhere, a good answer is a step of a dialogue that did not reach its end.
        guard !reply.isPositive else { return .unknown }
        let text = reply.text.lowercased()
        return rows.first { $0.matches(reply, text, at: stage, of: kind) }?.meaning ?? .unknown
    }

    package static func diagnose(_ reply: ProviderReply, at stage: TransmitStage, _ subject: FailureSubject) -> Diagnosis {
        let meaning = meaning(of: reply, at: stage, kind: subject.kind)
        let answer = reply.isPositive && meaning == .unknown ? "the dialogue stopped at \(stage.rawValue): \(reply)" : reply.description
        return Diagnosis(
            meaning, meaning == .accepted ? reply.text : answer,
            meaning == .senderDenied ? subject.narrowed(by: reply, at: stage) : subject,
            retryAfter: reply.retryAfter)
    }

    package static func diagnose(_ failure: TransmitFailure, _ subject: FailureSubject) -> Diagnosis {
        let meaning: FailureMeaning
        switch failure.cause {
        case .reply(let reply): return diagnose(reply, at: failure.stage, subject)
        case .timeout: meaning = .timedOut
        case .connectionClosed: meaning = .hungUp
        case .unreachable: meaning = .unreachable
        case .tls: meaning = .tlsFailed
        case .noTLS: meaning = .tlsMissing
        case .noMechanism: meaning = .mechanismMissing
        case .tokenTooLong: meaning = .tokenTooLong
        case .notOffered: meaning = .extensionMissing
        case .notExpressible: meaning = .envelopeNotExpressible
        case .tooLarge: meaning = .tooLarge
        case .ours: meaning = .stoppedHere
        case .protocolViolation: meaning = .protocolBroken
        }
        return Diagnosis(meaning, failure.description, subject)
    }

    private static let rows = tenantRows + signInRows + accountRows + requestRows + messageRows + recipientRows + openingRows
}

/// SMTP's rows.
extension FailureTable {
    private static let dialogue: Set<TransmitStage> = [.mail, .rcpt, .data, .content]
    private static let temporary = 400...499
    private static let permanent = 500...599

    /// How many recipients outside a tenant may write to (domain.md 7.1): 5.7.233 of all, 5.7.232 of a trial, 5.7.236 from *.onmicrosoft.com. They were seen in
    /// reports after acceptance; at which stage they are said to a client nobody has written down, so at any. Google's limit is the customer's, too, and no mailbox's.
    private static let tenantRows: [ReplyRule] = {
        let codes: Set = ["5.7.232", "5.7.233", "5.7.236"]
        let stages = Set(TransmitStage.allCases)
        return [
            ReplyRule(.tenantRecipients, of: [.microsoft, .custom], at: stages, codes: permanent, enhanced: codes),
            ReplyRule(.tenantRecipients, of: [.microsoft, .custom], at: stages, codes: 400...599, says: codes.sorted()),
            ReplyRule(.tenantRecipients, of: [.google, .custom], at: dialogue, codes: permanent, says: ["limit exceeded for customer"]),
        ]
    }()

    private static let signInRows: [ReplyRule] = [
        ReplyRule(.tooManySignIns, at: [.auth], codes: temporary, says: ["too many login attempts"]),
        ReplyRule(.tooManyConnections, at: [.auth], codes: temporary, says: ["concurrent connection", "too many connections"]),
        ReplyRule(.signInBusy, at: [.auth], codes: temporary),
        // 5.7.139 is one code for many causes: only the text tells them apart.
        ReplyRule(.submissionOffForTenant, at: [.auth], says: ["SmtpClientAuthentication is disabled for the Tenant"]),
        ReplyRule(.submissionOffForMailbox, at: [.auth], says: ["SmtpClientAuthentication is disabled"]),
        ReplyRule(.policyBars, at: [.auth], says: ["did not meet the criteria", "security defaults"]),
        ReplyRule(.passwordsOff, at: dialogue.union([.auth]), codes: permanent, enhanced: ["5.7.30"]),
        ReplyRule(.passwordsOff, at: dialogue.union([.auth]), codes: permanent, says: ["basic authentication is"]),
        ReplyRule(.browserSignInWanted, at: [.auth], codes: 534...534),
        ReplyRule(.tokenExpiring, at: [.auth], codes: permanent, says: ["token will expire"]),
        ReplyRule(.tokenRefused, at: [.auth], codes: permanent, enhanced: ["5.7.3", "5.7.8", "5.7.139", "5.7.1"]),
        ReplyRule(.tokenRefused, at: [.auth], codes: 535...535),
        ReplyRule(.tokenRefused, at: [.auth], codes: 501...501),
        ReplyRule(.mechanismMissing, at: [.auth], codes: 504...504),
        ReplyRule(.signInFailed, at: [.auth], codes: permanent),
    ]

    /// What concerns the mailbox or its tenant, whatever the message: no message may fail for it. Postfix tells a denial to the recipients, Exchange
    /// Online to the content.
    private static let accountRows: [ReplyRule] = [
        // 5.2.252 is one denial with 554 and a block of the whole mailbox with 550: the text decides, else the code.
        ReplyRule(.senderThrottled, at: dialogue, says: ["throttled due to continuous"]),
        ReplyRule(
            .senderDenied, at: dialogue, codes: permanent,
            says: ["SendAsDenied", "permissions to send as this sender", "not owned by user"]),
        ReplyRule(.senderDenied, at: dialogue, codes: permanent, enhanced: ["5.7.60"]),
        ReplyRule(.senderDenied, at: dialogue, codes: 554...554, enhanced: ["5.2.252"]),
        ReplyRule(
            .senderThrottled, at: dialogue, codes: 550...550, enhanced: ["5.2.251", "5.2.252", "5.2.253", "5.2.254", "5.2.255"]),
        ReplyRule(.tenantLimit, of: [.microsoft, .custom], at: dialogue, codes: permanent, enhanced: ["5.7.705"]),
        ReplyRule(.tenantLimit, at: dialogue, codes: permanent, says: ["tenant has exceeded threshold"]),
        ReplyRule(
            .senderBanned, of: [.microsoft, .custom], at: dialogue, codes: permanent, enhanced: ["5.1.8", "5.7.501", "5.7.502", "5.7.503"]),
        ReplyRule(
            .tenantBlocked, of: [.microsoft, .custom], at: dialogue, codes: permanent, enhanced: Set((700...750).map { "5.7.\($0)" })),
        ReplyRule(.tlsWanted, at: dialogue, says: ["must issue a STARTTLS"]),
        ReplyRule(.signInMissing, at: dialogue, codes: permanent, enhanced: ["5.7.57"]),
        ReplyRule(.signInMissing, at: dialogue, codes: 530...530),
        ReplyRule(.dailyLimit, at: dialogue, codes: permanent, enhanced: ["5.1.90", "5.4.5"]),
        ReplyRule(.dailyLimit, at: dialogue, codes: permanent, says: ["daily user sending limit", "daily limit for message recipients"]),
        ReplyRule(
            .tooManyConnections, at: dialogue.union([.greeting, .ehlo]), codes: temporary,
            says: ["concurrent connection", "sender thread limit exceeded", "too many connections"]),
    ]

    private static let messageRows: [ReplyRule] = [
        ReplyRule(.recipientBusy, at: [.mail, .data, .content], enhanced: ["5.2.121", "5.2.122"]),
        ReplyRule(.recipientBusy, at: [.content], codes: temporary, says: ["recipient thread limit exceeded"]),
        ReplyRule(.messageDeferred, at: [.mail, .data, .content], codes: temporary),
        ReplyRule(.unaligned, at: [.mail, .data, .content], codes: permanent, enhanced: ["5.7.509"]),
        ReplyRule(.unaligned, of: [.google], at: [.mail, .data, .content], codes: permanent, enhanced: ["5.7.26"]),
        ReplyRule(.severalAuthorsRefused, at: [.mail, .data, .content], codes: permanent, says: ["multiple addresses in From"]),
        ReplyRule(.fromRefused, at: [.mail, .data, .content], codes: permanent, enhanced: ["5.7.512"]),
        ReplyRule(.fromRefused, at: [.mail, .data, .content], codes: permanent, says: ["header has non compliant domain name"]),
        ReplyRule(.tooLarge, at: [.mail, .data, .content], codes: permanent, enhanced: ["5.3.4", "5.2.3"]),
        ReplyRule(.tooLarge, at: [.mail, .data, .content], codes: 552...552),
        ReplyRule(.messageRefused, at: [.mail, .data, .content], codes: permanent),
    ]

    private static let recipientRows: [ReplyRule] = [
        ReplyRule(.recipientBusy, at: [.rcpt], enhanced: ["5.2.121", "5.2.122"]),
        // 452 and, of older servers, 552 for "too many recipients" are temporary for those left over (RFC 5321 section 4.5.3.1.10).
        ReplyRule(.tooManyRecipients, at: [.rcpt], codes: 452...452, enhanced: ["4.5.3"]),
        ReplyRule(.tooManyRecipients, at: [.rcpt], codes: 552...552),
        ReplyRule(.recipientDeferred, at: [.rcpt], codes: temporary),
        ReplyRule(.recipientRefused, at: [.rcpt], codes: permanent),
    ]

    /// Before the sign-in nothing is known of mailbox or message, so nothing is held against them.
    private static let openingRows: [ReplyRule] = [ReplyRule(.notReady, at: [.connect, .greeting, .ehlo, .startTLS], codes: 400...599)]
}

extension TransmitStage {
    /// A good answer here takes the message over.
    fileprivate var takesOver: Bool { self == .content || self == .request }
}
