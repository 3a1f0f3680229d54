/// The submission door's judgement: each question of a session gets its answer here, and what is accepted is recorded here.
extension ProviderState {
    /// What the judgement of a content needs beside the envelope.
    struct Delivery: Sendable {
        var connection: Int
        var login: String
        var content: [UInt8]
        var tlsVersion: String
        var wasAnswered = true
    }

    func stage(of question: SubmissionSession.Question) -> Fault.Stage {
        switch question {
        case .connect: .connect
        case .hello: .ehlo
        case .startTLS: .starttls
        case .signIn: .auth
        case .mail: .mail
        case .recipient: .rcpt
        case .data: .data
        case .content: .content
        }
    }

    /// The scripted fault that is due here, if any. A sign-in that a fault ends is recorded as such.
    mutating func fault(
        at question: SubmissionSession.Question, login: String?, recipients: [String], connection: Int, now: Double
    ) -> Fault.SubmissionEffect? {
        guard !faults.isEmpty else { return nil }
        var login = login
        if case .signIn(let signIn) = question { login = signIn.login }
        guard let effect = faults.take(stage(of: question), login: login, recipients: recipients) else { return nil }
        guard case .signIn = question else { return effect }
        switch effect {
        case .reply, .drop:
            record.signIns.append(
                SignInAttempt(login: login ?? "", door: .submission, connection: connection, outcome: .faulted, time: now))
        case .acceptThenDrop, .stall, .delay: break
        }
        return effect
    }

    /// Everything but sign-in and content.
    mutating func judge(_ question: SubmissionSession.Question, login: String?, connection: Int, now: Double) -> SubmissionSession.Answer {
        switch question {
        case .connect: return .reply(SubmissionWords(server: habits.serverName).greeting(at: now))
        case .signIn(let signIn): return judge(signIn, connection: connection, now: now)
        case .recipient(let recipient):
            if let reply = limitReply(to: recipient, now: now) {
                record.refusals.append(SubmissionRefusal(login: login, sender: nil, reply: reply, connection: connection, time: now))
                return .reply(reply)
            }
            guard habits.refusesUnknownRecipients, tenant.hosts(recipient.address), !tenant.knowsRecipient(recipient.address) else {
                return .proceed
            }
            let reply = Reply(
                550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient \(recipient.address) not found by SMTP address lookup")
            record.refusals.append(
                SubmissionRefusal(login: login, sender: nil, reply: reply, connection: connection, time: now))
            return .reply(reply)
        case .hello, .startTLS, .mail, .data, .content: return .proceed
        }
    }

    private mutating func judge(_ signIn: SignIn, connection: Int, now: Double) -> SubmissionSession.Answer {
        switch self.signIn(signIn, at: .submission, connection: connection, now: now) {
        case .success(let token):
            traffic.signIn(connection, login: signIn.login ?? "", tokenID: token.id)
            return .proceed
        case .failure(let denial): return .reply(Reply(535, "\(signInText(denial.reason)) [\(habits.serverName)]"))
        }
    }

    private func signInText(_ reason: SignInAttempt.Reason) -> String {
        switch habits.flavour {
        case .microsoft: exchangeText(reason)
        case .google:
            "5.7.8 Username and Password not accepted. For more information, go to https://support.google.com/mail/?p=BadCredentials - gsmtp"
        }
    }

    private func exchangeText(_ reason: SignInAttempt.Reason) -> String {
        switch reason {
        case .doorDisabled:
            "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit "
                + "https://aka.ms/smtp_auth_disabled for more information."
        case .passwordNotSupported: "5.7.139 Authentication unsuccessful, basic authentication is disabled."
        case .unreadable, .unknownMailbox, .unknownToken, .expiredToken, .revokedToken, .wrongResource, .missingScope, .notThisMailbox:
            "5.7.3 Authentication unsuccessful"
        }
    }
}
