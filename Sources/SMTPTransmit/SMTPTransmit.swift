internal import Mail
package import NIOCore
package import Relay

/// Sends messages by SMTP submission with XOAUTH2 (RFC 6409, RFC 4954), over connections that are kept and used again: the `Transmit` of
/// providers that take mail by SMTP.
package struct SMTPTransmit: SubmissionSignIn {
    private let settings: TransmitSettings
    private let opener: ConnectionOpener
    private let pool: ConnectionPool
    private let tally = TransmitTally()

    /// The group is the caller's and outlives this.
    package init(group: any EventLoopGroup, settings: TransmitSettings) {
        self.settings = settings
        pool = ConnectionPool(perPlace: settings.connectionsPerLogin)
        opener = ConnectionOpener(group: group, settings: settings, contexts: TLSContexts(), tally: tally)
    }

    package var statistics: TransmitStatistics { tally.current }

    /// A reply for each recipient, in order. Waits for a free connection where the login has all that its provider allows; ends when the
    /// task is cancelled, and closes the connection then.
    package func send(_ message: OutgoingMessage) async throws(TransmitFailure) -> [RecipientReply] {
        if let objection = message.objection { throw TransmitFailure(stage: .connect, cause: .ours(objection)) }
        guard let endpoint = message.provider.smtp else {
            throw TransmitFailure(stage: .connect, cause: .unreachable("\(message.provider.name) names no SMTP endpoint"))
        }
        let place = Place(endpoint: endpoint, login: message.login)
        let key = SignInKey(place: place, token: message.token, trustedCertificates: message.provider.trustedCertificates)
        if let kept = try await connectionAtHand(for: key) {
            let outcome = await kept.send(message)
            guard outcome.diedBeforeMail else { return try settle(kept, outcome) }
            tally.count { $0.retriesOnDeadConnection += 1 }
        }
        let new: SubmissionConnection
        do throws(TransmitFailure) {
            new = try await opener.open(key)
        } catch {
            pool.giveBack(nil, at: place)
            throw error
        }
        new.whenClosed { [pool] in pool.forget(new) }
        do throws(TransmitFailure) {
            try await new.signedIn()
        } catch {
            retire(new)
            throw error
        }
        return try settle(new, await new.send(message))
    }

    /// Signs in and takes leave, on a connection of its own; nothing is sent. What throws is what sending would meet first.
    package func signIn(
        to endpoint: MailEndpoint, login: String, token: Secret, trusting certificates: String?
    ) async throws(TransmitFailure) {
        let key = SignInKey(place: Place(endpoint: endpoint, login: login), token: token, trustedCertificates: certificates)
        let connection = try await opener.open(key)
        let result: Result<Void, TransmitFailure>
        do throws(TransmitFailure) { result = .success(try await connection.signedIn()) } catch { result = .failure(error) }
        await connection.quit()
        try result.get()
    }

    /// No more messages; kept connections take leave. Those in use finish their message and are closed then.
    package func shutdown() async {
        let idle = pool.shut()
        await withTaskGroup(of: Void.self) { group in
            for connection in idle { group.addTask { await connection.quit() } }
        }
    }

    /// Nil: the place is ours, the connection is still to be opened.
    private func connectionAtHand(for key: SignInKey) async throws(TransmitFailure) -> SubmissionConnection? {
        switch try await pool.lease(key) {
        case .kept(let connection): return connection
        case .new(let former):
            await former?.quit()  // first the old one out: the provider counts both
            return nil
        }
    }

    private func settle(_ connection: SubmissionConnection, _ outcome: SubmissionConnection.Outcome) throws(TransmitFailure)
        -> [RecipientReply]
    {
        if outcome.isReusable, outcome.number < settings.messagesPerConnection {
            pool.giveBack(connection, at: connection.key.place)
        } else {
            retire(connection)
        }
        let replies = try outcome.result.get()
        if replies.contains(where: { $0.stage == .content && $0.reply.isPositive }) { tally.count { $0.messages += 1 } }
        return replies
    }

    /// The place is free once the connection has really ended, since the provider counts it until then; nobody waits for that but the next
    /// in the queue, and the limit for QUIT bounds it.
    private func retire(_ connection: SubmissionConnection) {
        Task {
            await connection.quit()
            pool.giveBack(nil, at: connection.key.place)
        }
    }
}

extension OutgoingMessage {
    /// What no server must see; nil: it can be sent. The types should have ruled all of it out before.
    fileprivate var objection: String? {
        let paths = envelope.recipients.map(\.address.description) + [envelope.sender.description]
        if envelope.recipients.isEmpty { return "no recipient is left" }
        if paths.contains(where: { $0.utf8.contains(where: isControl) }) { return "an address with a control character" }
        if login.isEmpty || login.utf8.contains(where: isControl) { return "the login is empty or has a control character" }
        if token.count == 0 || token.reveal().contains(where: { $0 <= 0x20 || $0 >= 0x7F }) { return "the token is empty or no token" }
        if !header.isEmpty, !header.suffix(2).elementsEqual([0x0D, 0x0A]) { return "the header does not end with a line end" }
        if bodySize < 0 { return "a body of negative size" }
        return nil
    }

    private func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }
}
