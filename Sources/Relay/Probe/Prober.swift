package import Mail
package import struct FoundationEssentials.Date

/// Finds out whether a login may use a From address: by asking where the provider can be asked, else with one marked message from the address to the mailbox
/// itself. Each refusal counts at the provider, so nobody calls this often.
package struct Prober: Sendable {
    /// What test messages are made of.
    package struct Marks: Sendable {
        /// Names this machine in Message-IDs.
        let domain: Domain
        let now: @Sendable () -> Date
        let generator: @Sendable () -> any RandomNumberGenerator

        package init(
            domain: Domain, now: @escaping @Sendable () -> Date, generator: @escaping @Sendable () -> any RandomNumberGenerator
        ) {
            self.domain = domain
            self.now = now
            self.generator = generator
        }
    }

    private let broker: TokenBroker
    private let transmit: Transmit
    private let senders: any SenderDirectory
    private let marks: Marks
    /// nil: a message that was taken is not looked for. The service does not wait for one, nor ask for tokens that its mail does not need.
    private let readBack: ReadBack?

    package init(
        broker: TokenBroker, transmit: @escaping Transmit, senders: any SenderDirectory, marks: Marks, readBack: ReadBack? = nil
    ) {
        self.broker = broker
        self.transmit = transmit
        self.senders = senders
        self.marks = marks
        self.readBack = readBack
    }

    /// `bySending`: with a message even where the provider could be asked, to see that one gets out.
    package func probe(
        _ key: StandingKey, through mailbox: Mailbox, in directory: Directory, bySending: Bool = false
    ) async -> ProbeOutcome {
        guard let source = directory.source(of: mailbox.grant) else {
            return .unknown(why: "the grant of \(key.login) leads nowhere")
        }
        let isListed = source.provider.habits.replacesUnlistedFrom && !bySending
        if let obstacle = Self.obstacle(key, mailbox, directory, isSent: !isListed) { return .unknown(why: obstacle) }
        let token: AccessToken
        do throws(TokenFailure) {
            token = try await broker.token(for: source.key(isListed ? .smtp : key.transport.resource, login: key.login))
        } catch { return .unknown(why: error.description) }
        do throws(TransmitFailure) {
            guard isListed else {
                return try await send(
                    key, directory.proxy(for: key, mailbox), mailbox, source, token,
                    isOwnersToken: directory.isOwner(key.login, of: source.grant))
            }
            let listed = try await senders.list(of: key.login, at: source.provider, token: token.secret)
            return listed.contains(key.from.description.lowercased())
                ? .listed(how: "on Gmail's list of senders") : .denied(code: "not on Gmail's list of senders")
        } catch {
            let diagnosis = FailureTable.diagnose(
                error, FailureSubject(kind: source.provider.kind, login: key.login, from: [key.from], envelopeSender: key.from))
            return diagnosis.verdict == .denied ? .denied(code: "\(error)") : .unknown(why: diagnosis.cause)
        }
    }

    /// Whether the provider is asked about the pair as things are: nothing is sent while mail does not leave.
    package static func mayAsk(_ key: StandingKey, _ directory: Directory) -> Bool {
        let isListed = directory.provider(key.account.provider)?.habits.replacesUnlistedFrom == true
        return obstacle(key, directory.mailbox(of: key), directory, isSent: !isListed) == nil
    }

    /// Also of a message that nobody has written: what is forbidden is not tried.
    static func obstacle(_ pair: StandingKey, _ mailbox: Mailbox?, _ directory: Directory, isSent: Bool) -> String? {
        if let deny = directory.denials(for: pair.from).first(where: { $0.mailbox == nil || $0.mailbox == mailbox?.id }) {
            return "a deny entry forbids it (`mandate delegations show \(deny.id)`)"
        }
        let (delivery, key) = directory.delivery(of: nil)
        guard isSent, delivery != .live, let key else { return nil }
        return "\(key) is \(delivery), so no test message is sent; `mandate settings set \(key) live` first"
    }

    private func send(
        _ key: StandingKey, _ proxy: EmailAddress?, _ mailbox: Mailbox, _ source: GrantSource, _ token: AccessToken, isOwnersToken: Bool
    ) async throws(TransmitFailure) -> ProbeOutcome {
        var generator = marks.generator()
        let header = ProbeMessage.header(
            from: key.from, sender: proxy, to: mailbox.address, at: marks.now(), domain: marks.domain, using: &generator)
        let replies = try await transmit(
            OutgoingMessage(
                transport: key.transport, provider: source.provider, isOwnersToken: isOwnersToken, login: key.login, token: token.secret,
                envelope: Envelope(sender: .address(proxy ?? key.from), recipients: [Recipient(address: mailbox.address, notify: .never)]),
                header: header, bodySize: ProbeMessage.body.count, body: { $0 == 0 ? ProbeMessage.body : nil }))
        guard let reply = replies.first else { return .unknown(why: "nothing was answered") }
        let subject = FailureSubject(kind: source.provider.kind, login: key.login, from: [key.from], envelopeSender: proxy ?? key.from)
        let diagnosis = FailureTable.diagnose(reply.reply, at: reply.stage, subject)
        switch diagnosis.verdict {
        case .sent: return await taken(key, Self.messageID(header), source)
        case .denied:
            return .denied(code: reply.reply.enhanced.isEmpty ? String(reply.reply.code) : "\(reply.reply.code) \(reply.reply.enhanced)")
        case .retry, .refused, .tokenRejected, .transportStopped, .mailboxStopped: return .unknown(why: diagnosis.cause)
        }
    }
}

extension Prober {
    private func taken(_ key: StandingKey, _ messageID: String, _ source: GrantSource) async -> ProbeOutcome {
        let isProof = !source.provider.habits.replacesUnlistedFrom
        guard let readBack else { return .taken(isProof: isProof, unread: "nobody looked") }
        switch await readBack.from(of: messageID, in: key.login, source) {
        case .unread(let why): return .taken(isProof: isProof, unread: why)
        case .from(let actual):
            return actual.description.lowercased() == key.from.description.lowercased()
                ? .proven(how: "a test message was read back") : .rewritten(to: actual.description)
        }
    }

    private static func messageID(_ header: [UInt8]) -> String {
        let field = (try? HeaderBlock(header))?.fields(named: .messageID).first
        guard let field else { preconditionFailure("a probe has a Message-ID") }
        return String(decoding: field.value, as: UTF8.self).split { $0.isWhitespace }.joined()
    }
}

extension Directory {
    /// Who stands in Sender where mail takes this pair on behalf of its author; nil: it is the author's own, or allowed to be.
    fileprivate func proxy(for pair: StandingKey, _ mailbox: Mailbox) -> EmailAddress? {
        let decider = Decider(directory: self, conditions: Conditions(), transports: [pair.transport])
        let routes = decider.candidates(for: pair.from).filter { $0.mailbox.login == pair.login }.map(\.route)
        return routes.min { $0.rank < $1.rank } == .onBehalf ? mailbox.address : nil
    }
}
