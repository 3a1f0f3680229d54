internal import Mail
package import struct FoundationEssentials.Date

/// Signs in where mail is handed over, and takes leave; nothing is sent. SMTPTransmit has the live one.
package protocol SubmissionSignIn: Sendable {
    func signIn(to endpoint: MailEndpoint, login: String, token: Secret, trusting certificates: String?) async throws(TransmitFailure)
}

/// Tries a mailbox at its provider, so that not the first message into a new tenant is what finds out. What it meets counts as if mail had met it.
package struct MailboxCheck: Sendable {
    /// What it asks the provider with.
    package struct Means: Sendable {
        let broker: TokenBroker
        package let prober: Prober
        let submission: any SubmissionSignIn
        let inbox: any InboxReader

        package init(broker: TokenBroker, prober: Prober, submission: any SubmissionSignIn, inbox: any InboxReader) {
            self.broker = broker
            self.prober = prober
            self.submission = submission
            self.inbox = inbox
        }
    }

    /// Seconds for which a token counts as had just now: of a grant that opens hundreds of mailboxes, one question is enough.
    private static let fresh: Double = 60

    private let store: any DirectoryStore & ConditionsStore & ConsentStore & TokenStore
    private let editor: Editor
    private let means: Means
    private let directory: Directory
    private let now: @Sendable () -> Date

    package init(
        _ store: any DirectoryStore & ConditionsStore & ConsentStore & TokenStore, editor: Editor, means: Means, directory: Directory,
        now: @escaping @Sendable () -> Date
    ) {
        self.store = store
        self.editor = editor
        self.means = means
        self.directory = directory
        self.now = now
    }

    package func report(_ mailbox: Mailbox, _ kind: CheckKind) async throws -> CheckReport {
        guard let source = directory.source(of: mailbox.grant) else {
            return .wrong([.bad(.token, "its grant has no application or provider")])
        }
        return switch kind {
        case .signIn: off(mailbox) + (try await signIn(mailbox, source))
        case .outgoing: try await outgoing(mailbox, source.account(mailbox.login))
        case .incoming: try await incoming(mailbox, source)
        }
    }

    /// What works at the provider may be switched off here.
    private func off(_ mailbox: Mailbox) -> CheckReport {
        guard !mailbox.isEnabled else { return CheckReport(steps: []) }
        let name = mailbox.address.description.shellQuoted
        return .wrong([
            .bad(.check, "\(mailbox.address) is switched off here: no mail goes through it", ["mandate mailboxes set \(name) --enable"])
        ])
    }

    /// One that the provider gave just now: what is at hand may have been withdrawn there, and nothing would show it.
    private func token(
        _ mailbox: Mailbox, _ source: GrantSource, for resource: TokenResource
    ) async throws(StoreFailure) -> (token: AccessToken?, report: CheckReport) {
        let key = source.key(resource, login: mailbox.login)
        do throws(TokenFailure) {
            let atHand = try await means.broker.token(for: key)
            let isFresh = now().timeIntervalSince(atHand.obtained) < Self.fresh
            let token = try await isFresh ? atHand : means.broker.replacement(for: key, rejected: atHand)
            let scope = try? await store.uses()[source.grant.id]?.scope
            let words = "a token from grant \(source.grant.name), until \(token.expires.minute)\(scope.map { "; granted: \($0)" } ?? "")"
            return (token, CheckReport(steps: [.good(.token, words)]))
        } catch {
            let health = try await store.healthReport(at: now()).health(of: source.grant)
            return (nil, CheckReport(steps: [.bad(.token, error.description, health.steps)], mayPass: error.mayPass))
        }
    }
}

/// Signing in where mail is handed over: token, scopes, then AUTH and QUIT.
extension MailboxCheck {
    private func signIn(_ mailbox: Mailbox, _ source: GrantSource) async throws -> CheckReport {
        var (token, report) = try await token(mailbox, source, for: mailbox.firstTransport.resource)
        guard let token else { return report }
        guard mailbox.firstTransport == .smtp, let endpoint = source.provider.smtp else {
            report.steps.append(
                .good(.signIn, "its transports take tokens over HTTPS, where only a message shows more (--outgoing sends one)"))
            return report
        }
        let diagnosis = await diagnosis(mailbox, source, endpoint, token)
        let account = source.account(mailbox.login)
        try await editor.edit { $0.note(signIn: diagnosis, of: mailbox, account) }
        let place = "\(endpoint.host):\(endpoint.port)"
        guard let diagnosis else {
            report.steps.append(.good(.signIn, "\(place) took it: signed in as \(mailbox.login), and left again without a message"))
            return report
        }
        report.mayPass = if case .retry = diagnosis.verdict { true } else { false }
        // Other refusals name what is switched off.
        let hints =
            diagnosis.meaning == .tokenRefused
            ? ProviderSteps.permission(mailbox, source.application, source.provider, source.grant) : []
        report.steps.append(
            .bad(.signIn, "\(place): \(diagnosis.cause)", ([diagnosis.fix].compactMap(\.self) + hints).filter { !$0.isEmpty }))
        return report
    }

    /// nil: it was let in.
    private func diagnosis(_ mailbox: Mailbox, _ source: GrantSource, _ endpoint: MailEndpoint, _ token: AccessToken) async -> Diagnosis? {
        do throws(TransmitFailure) {
            try await means.submission.signIn(
                to: endpoint, login: mailbox.login, token: token.secret, trusting: source.provider.trustedCertificates)
            return nil
        } catch {
            return FailureTable.diagnose(
                error,
                FailureSubject(
                    kind: source.provider.kind, login: mailbox.login, from: [mailbox.address], isAppOnly: source.grant.kind == .appOnly,
                    token: TokenClaims(token.secret)))
        }
    }
}

/// One marked message from the mailbox to itself, over its first transport, and read back where that can be.
extension MailboxCheck {
    private func outgoing(_ mailbox: Mailbox, _ account: Account) async throws -> CheckReport {
        let key = StandingKey(account, from: mailbox.address, transport: mailbox.firstTransport)
        if let obstacle = Prober.obstacle(key, mailbox, directory, isSent: true) { return .wrong([.bad(.message, obstacle)]) }
        let outcome = await means.prober.probe(key, through: mailbox, in: directory, bySending: true)
        try await editor.edit(DirectorySlice(addresses: [mailbox.address])) { $0.note(outcome, of: [key], mailbox) }
        var report = report(outcome, key, mailbox)
        report.planned = mailbox.address.description
        return report
    }

    private func report(_ outcome: ProbeOutcome, _ key: StandingKey, _ mailbox: Mailbox) -> CheckReport {
        let sending = "sending as \(mailbox.address)"
        switch outcome {
        case .proven(let how), .listed(let how):
            return CheckReport(
                steps: [.good(.message, "\(sending): \(how), and that is the From it has")], actual: mailbox.address.description)
        case .taken(_, let why):
            let words = "\(sending): a test message was taken; the From it arrived with could not be read back: \(why)"
            return CheckReport(steps: [.good(.message, words)])
        case .rewritten(let actual):
            let words = "what is sent as \(mailbox.address) arrives from \(actual): the provider replaces it in silence"
            return CheckReport(steps: [.bad(.message, words, stepsAgainstRewriting(key, mailbox))], actual: actual)
        case .denied(let code):
            let fix = ["mandate standings list", "check that \(mailbox.address) is an address of \(mailbox.login) at the provider"]
            return .wrong([.bad(.message, "it may not send as \(mailbox.address): \(code)", fix)])
        case .unknown(let why):
            return CheckReport(steps: [.bad(.message, "no test message was taken: \(why)")], mayPass: true)
        }
    }

    private func stepsAgainstRewriting(_ key: StandingKey, _ mailbox: Mailbox) -> [String] {
        let kind = directory.source(of: mailbox.grant)?.provider.kind
        let alias =
            key.transport == .graph
            ? ["where it is an alias, in Exchange Online: Set-OrganizationConfig -SendFromAliasEnabled $true; or let it go over smtp first"]
            : []
        let permission = kind.flatMap { FailureMeaning.senderDenied.fix(FailureSubject(kind: $0, login: key.login, from: [key.from])) }
        return alias + [permission].compactMap(\.self)
            + ["then: mandate standings clear \(mailbox.address) \(key.from); until then mail takes another route"]
    }
}

/// Where mail is read, with the token for that: IMAP where the provider has it, else POP3.
extension MailboxCheck {
    private func incoming(_ mailbox: Mailbox, _ source: GrantSource) async throws -> CheckReport {
        let way: (Inbox.Kind, MailEndpoint)? = source.provider.imap.map { (.imap, $0) } ?? source.provider.pop.map { (.pop3, $0) }
        guard let (kind, endpoint) = way else {
            let fix = ["mandate providers set \(source.provider.id) --imap HOST:PORT"]
            return .wrong([.bad(.reading, "\(source.provider.name) names no server for reading", fix)])
        }
        var (token, report) = try await token(mailbox, source, for: .imap)
        guard let token else {
            let steps = stepsToRead(mailbox, source, instead: report.steps[0].fix)
            report.steps = report.steps.map { .bad(.token, $0.detail, steps) }
            return report
        }
        let place = "\(kind.rawValue) \(endpoint.host):\(endpoint.port)"
        do throws(InboxFailure) {
            try await means.inbox.signIn(
                Inbox(kind, at: endpoint, login: mailbox.login, token: token.secret, trusting: source.provider.trustedCertificates))
            report.steps.append(.good(.reading, "\(place) took it: signed in as \(mailbox.login), and left again"))
        } catch {
            report.mayPass = if case .unreachable = error { true } else { false }
            report.steps.append(.bad(.reading, "\(place): \(error)", [fix(error, kind, source)]))
        }
        return report
    }

    /// Whoever consents is asked for reading only where somebody has said that the mailbox is read.
    private func stepsToRead(_ mailbox: Mailbox, _ source: GrantSource, instead known: [String]) -> [String] {
        guard source.grant.kind == .consent else { return known }
        let authorizing = "mandate grants authorize \(source.grant.name.shellQuoted)"
        guard directory.mailboxes(of: mailbox.grant).contains(where: \.isRead) else {
            return ["mandate mailboxes set \(mailbox.address) --read   # so that its consent asks for reading, too", authorizing]
        }
        return known.isEmpty ? [authorizing] : known
    }

    private func fix(_ failure: InboxFailure, _ kind: Inbox.Kind, _ source: GrantSource) -> String {
        switch failure {
        case .refused:
            let scopes = source.provider.scopes[.imap]
            let scope = source.grant.kind == .consent ? scopes?.delegated : scopes?.appOnly
            return "check that \(scope ?? "the scope for reading") was granted, and that the mailbox allows \(kind.rawValue)"
        case .unreachable: return "check host and port: mandate providers show \(source.provider.id)"
        }
    }
}

extension TokenFailure {
    /// The provider could not be asked, or has no time.
    fileprivate var mayPass: Bool { if case .temporary = self { true } else { false } }
}
