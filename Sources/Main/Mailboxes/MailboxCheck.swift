internal import CurlTransmit
internal import FoundationEssentials
internal import Mail
internal import NIOPosix
internal import Relay
internal import SMTPTransmit
internal import SQLiteStore

/// Tries a mailbox as far as it goes without sending anything: token, scopes, then AUTH and QUIT (design section 7). A first send into a new tenant
/// would otherwise be what finds out.
struct MailboxCheck {
    /// What is tried, as a person calls it.
    enum Stage: String, Sendable {
        case token = "Access token"
        case signIn = "Sign-in"
        case message = "Test message"
        case reading = "Reading"
    }

    struct Step: Sendable, Hashable {
        let stage: Stage
        let isGood: Bool
        let words: String
        /// What to do, where it is not.
        var fix: [String] = []
    }

    /// The steps as far as they went, and how it ends.
    struct Outcome: Sendable {
        var steps: [Step]
        var status: ExitStatus
        /// The From that a test message arrived with, where it could be read back.
        var actual: String?

        /// Both were tried, and the worse of them is how it ends.
        mutating func append(_ other: Outcome) {
            steps += other.steps
            if other.status.rawValue > status.rawValue { status = other.status }
            actual = other.actual ?? actual
        }
    }

    let opened: OpenedStore
    let directory: Directory

    func run(_ mailbox: Mailbox) async throws -> Outcome {
        guard let source = GrantSource(mailbox.grant, in: directory) else { return withoutSource }
        let (token, step, status) = try await token(mailbox, source, for: mailbox.firstTransport.resource)
        guard let token else { return Outcome(steps: [step], status: status) }
        guard mailbox.firstTransport == .smtp, let endpoint = source.provider.smtp else {
            let words = "its transports take tokens over HTTPS; nothing more is tried (--outgoing sends a message that way)"
            return Outcome(steps: [step, Step(stage: .signIn, isGood: true, words: words)], status: .success)
        }
        var settings = TransmitSettings(now: opened.live.now)
        settings.name = try opened.live.hostDomain.ascii
        let transmit = SMTPTransmit(group: .singletonMultiThreadedEventLoopGroup, settings: settings)
        let place = "\(endpoint.host):\(endpoint.port)"
        let trouble: TransmitFailure?
        do throws(TransmitFailure) {
            try await transmit.signIn(
                to: endpoint, login: mailbox.login, token: token.secret, trusting: source.provider.trustedCertificates)
            trouble = nil
        } catch { trouble = error }
        let diagnosis = trouble.map {
            FailureTable.diagnose(
                $0, FailureSubject(kind: source.provider.kind, login: mailbox.login, from: [mailbox.address]))
        }
        try await note(diagnosis, mailbox, source.account(mailbox.login))
        guard let diagnosis else {
            let words = "\(place) took it: signed in as \(mailbox.login), and left again; nothing was sent"
            return Outcome(steps: [step, Step(stage: .signIn, isGood: true, words: words)], status: .success)
        }
        let isTemporary = if case .retry = diagnosis.verdict { true } else { false }
        let hints = isTemporary ? [] : ProviderSteps.mailbox(mailbox, source.application, source.provider, source.grant)
        let failed = Step(
            stage: .signIn, isGood: false, words: "\(place): \(diagnosis.cause)",
            fix: ([diagnosis.fix].compactMap(\.self) + hints).filter { !$0.isEmpty })
        return Outcome(steps: [step, failed], status: isTemporary ? .temporary : .configuration)
    }

    private var withoutSource: Outcome {
        Outcome(
            steps: [Step(stage: .token, isGood: false, words: "its grant has no application or provider")], status: .configuration)
    }

    /// One marked message from the mailbox to itself, over its first transport, and read back where that can be.
    func outgoing(_ mailbox: Mailbox) async throws -> Outcome {
        guard let account = directory.account(of: mailbox) else { return withoutSource }
        let key = StandingKey(account, from: mailbox.address, transport: mailbox.firstTransport)
        let outcome = try await opened.probe(key, through: mailbox, directory, bySending: true)
        try await opened.note(outcome, of: [key], mailbox)
        switch outcome {
        case .proven(let how), .listed(let how):
            let words = "sending as \(mailbox.address): \(how), and that is the From it has"
            return Self.sent(Step(stage: .message, isGood: true, words: words), .success, actual: mailbox.address.description)
        case .taken(_, let why):
            let words = "sending as \(mailbox.address): a test message was taken; the From it arrived with could not be read back: \(why)"
            return Self.sent(Step(stage: .message, isGood: true, words: words), .success)
        case .rewritten(let actual):
            let words = "what is sent as \(mailbox.address) arrives from \(actual): the provider replaces it in silence"
            let step = Step(stage: .message, isGood: false, words: words, fix: rewrittenFix(key, mailbox))
            return Self.sent(step, .configuration, actual: actual)
        case .denied(let code):
            let fix = ["mandate standings list", "check that \(mailbox.address) is an address of \(mailbox.login) at the provider"]
            let step = Step(stage: .message, isGood: false, words: "it may not send as \(mailbox.address): \(code)", fix: fix)
            return Self.sent(step, .configuration)
        case .unknown(let why):
            return Self.sent(Step(stage: .message, isGood: false, words: "no test message was taken: \(why)"), .temporary)
        }
    }

    private static func sent(_ step: Step, _ status: ExitStatus, actual: String? = nil) -> Outcome {
        Outcome(steps: [step], status: status, actual: actual)
    }

    private func rewrittenFix(_ key: StandingKey, _ mailbox: Mailbox) -> [String] {
        let kind = GrantSource(mailbox.grant, in: directory)?.provider.kind
        let alias =
            key.transport == .graph
            ? ["where it is an alias, in Exchange Online: Set-OrganizationConfig -SendFromAliasEnabled $true; or let it go over smtp first"]
            : []
        return alias
            + [kind.flatMap { FailureMeaning.senderDenied.fix(FailureSubject(kind: $0, login: key.login, from: [key.from])) }]
            .compactMap(\.self) + ["then: mandate standings clear \(mailbox.address) \(key.from); until then mail takes another route"]
    }

    /// Where mail is read, with the token for that (EVMail's mailbox): IMAP where the provider has it, else POP3.
    func incoming(_ mailbox: Mailbox) async throws -> Outcome {
        guard let source = GrantSource(mailbox.grant, in: directory) else { return withoutSource }
        let way: (InboxSignIn.Kind, MailEndpoint)? =
            source.provider.imap.map { (.imap, $0) } ?? source.provider.pop.map { (.pop3, $0) }
        guard let (kind, endpoint) = way else {
            let fix = ["mandate providers set \(source.provider.id) --imap HOST:PORT"]
            let words = "\(source.provider.name) names no server for reading"
            return Outcome(steps: [Step(stage: .reading, isGood: false, words: words, fix: fix)], status: .configuration)
        }
        var (token, step, status) = try await token(mailbox, source, for: .imap)
        guard let token else {
            if !asksForReading(mailbox, source) {
                step.fix = askingForReading(mailbox, source)
            } else if source.grant.kind == .consent, step.fix.isEmpty {
                step.fix = [authorizing(source)]
            }
            return Outcome(steps: [step], status: status)
        }
        let place = "\(kind.rawValue) \(endpoint.host):\(endpoint.port)"
        let signIn = InboxSignIn(
            kind, at: endpoint, login: mailbox.login, token: token.secret, trusting: source.provider.trustedCertificates)
        do throws(InboxSignIn.Failure) {
            try await signIn.run()
            let words = "\(place) took it: signed in as \(mailbox.login), and left again"
            return Outcome(steps: [step, Step(stage: .reading, isGood: true, words: words)], status: .success)
        } catch {
            let failed = Step(stage: .reading, isGood: false, words: "\(place): \(error)", fix: fix(error, kind, source))
            let isRefused = if case .refused = error { true } else { false }
            return Outcome(steps: [step, failed], status: isRefused ? .configuration : .temporary)
        }
    }

    private func fix(_ failure: InboxSignIn.Failure, _ kind: InboxSignIn.Kind, _ source: GrantSource) -> [String] {
        switch failure {
        case .refused:
            let scopes = source.provider.scopes[.imap]
            let scope = source.grant.kind == .consent ? scopes?.delegated : scopes?.appOnly
            return ["check that \(scope ?? "the scope for reading") was granted, and that the mailbox allows \(kind.rawValue)"]
        case .unreachable: return ["check host and port: mandate providers show \(source.provider.id)"]
        }
    }

    /// Whoever consents is asked for reading only where somebody has said that the mailbox is read.
    private func asksForReading(_ mailbox: Mailbox, _ source: GrantSource) -> Bool {
        source.grant.kind != .consent || directory.mailboxes(of: mailbox.grant).contains(where: \.isRead)
    }

    private func askingForReading(_ mailbox: Mailbox, _ source: GrantSource) -> [String] {
        [
            "mandate mailboxes set \(mailbox.address) --read   # so that its consent asks for reading, too",
            authorizing(source),
        ]
    }

    private func authorizing(_ source: GrantSource) -> String { "mandate grants authorize \(source.grant.name.shellQuoted)" }

    /// What a check finds out counts for mail and for health as if mail had met it; a sign-in that works ends what was known against it.
    private func note(_ diagnosis: Diagnosis?, _ mailbox: Mailbox, _ account: Account) async throws {
        let conditions = try await opened.store.conditions(of: [])
        let stop: Observation
        switch diagnosis?.verdict {
        case .transportStopped(let seconds)?, .mailboxStopped(let seconds)?:
            stop = self.stop(account, seconds, diagnosis)
        case .tokenRejected?: stop = self.stop(account, 900, diagnosis)
        case .sent?, .retry?, .refused?, .denied?: return
        case nil:
            let lifted = conditions.lifting(account, over: .smtp)
            if !lifted.isEmpty { try await opened.observe(lifted, of: mailbox.entity.key, "checked: it signs in") }
            return
        }
        try await opened.observe([stop], of: mailbox.entity.key, "checked: \(diagnosis?.meaning.rawValue ?? "")")
    }

    private func stop(_ account: Account, _ seconds: Double, _ diagnosis: Diagnosis?) -> Observation {
        .mailbox(
            account, over: .smtp,
            .stopped(until: opened.live.now().addingTimeInterval(seconds), reason: diagnosis?.cause ?? "", failures: 1))
    }

    /// Seconds for which a token counts as had just now: of a grant that opens hundreds of mailboxes, one question is enough.
    private static let fresh: Double = 60

    /// One that the provider gave just now: what is at hand may have been withdrawn there, and nothing would show it.
    private func token(_ mailbox: Mailbox, _ source: GrantSource, for resource: TokenResource) async throws -> (
        AccessToken?, Step, ExitStatus
    ) {
        let key = source.key(resource, login: mailbox.login)
        let curl = try CurlThread()
        let live = opened.live
        let renewer = live.renewer(opened.store, opened.vault, holder: live.identifier("check"), curl) { [directory] in directory }
        let broker = TokenBroker(renewer: renewer)
        let result: Result<AccessToken, TokenFailure>
        do throws(TokenFailure) {
            let atHand = try await broker.token(for: key)
            let isFresh = live.now().timeIntervalSince(atHand.obtained) < Self.fresh
            let token = try await isFresh ? atHand : broker.replacement(for: key, rejected: atHand)
            result = .success(token)
        } catch { result = .failure(error) }
        await curl.stop()
        switch result {
        case .success(let token):
            let scope = try await opened.store.uses()[source.grant.id]?.scope.map { "; granted: \($0)" } ?? ""
            return (
                token,
                Step(stage: .token, isGood: true, words: "a token from grant \(source.grant.name), until \(token.expires.minute)\(scope)"),
                .success
            )
        case .failure(let failure):
            let report = try await opened.store.healthReport(opened.live)
            return (
                nil, Step(stage: .token, isGood: false, words: failure.description, fix: report.health(of: source.grant).steps),
                failure.status
            )
        }
    }
}
