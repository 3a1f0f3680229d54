package import Mail

/// Reads a message that was sent to a mailbox back from its INBOX, and finds the From that it arrived with: an acceptance says nothing of it, for
/// providers replace a From in silence (domain.md 2.6, 3.5).
package struct ReadBack: Sendable {
    package enum Outcome: Sendable, Hashable {
        case from(EmailAddress)
        case unread(String)
    }

    /// Seconds before each look. A message to oneself takes a few; after half a minute nobody who called a command waits gladly.
    private static let waits: [Double] = [0, 2, 5, 8, 14]

    private let broker: TokenBroker
    private let reader: any InboxReader
    private let wait: @Sendable (_ seconds: Double) async -> Void

    package init(broker: TokenBroker, reader: any InboxReader, wait: @escaping @Sendable (_ seconds: Double) async -> Void) {
        self.broker = broker
        self.reader = reader
        self.wait = wait
    }

    /// Where the provider has IMAP, with the token for that. What it lacks harms nothing: nobody's mail is read with it otherwise.
    package func from(of messageID: String, in login: String, _ source: GrantSource) async -> Outcome {
        guard let endpoint = source.provider.imap else { return .unread("\(source.provider.name) names no server for IMAP") }
        let token: AccessToken
        do throws(TokenFailure) { token = try await broker.token(for: source.key(.imap, login: login)) } catch {
            return .unread("no token to read with: \(error)")
        }
        let inbox = Inbox(.imap, at: endpoint, login: login, token: token.secret, trusting: source.provider.trustedCertificates)
        return await look { () throws(InboxFailure) in try await reader.header(of: messageID, in: inbox) }
    }

    /// A few times, until it is there or cannot be read.
    package func look(_ header: () async throws(InboxFailure) -> [UInt8]?) async -> Outcome {
        for seconds in Self.waits {
            if seconds > 0 { await wait(seconds) }
            do throws(InboxFailure) {
                if let bytes = try await header() { return Self.from(bytes) }
            } catch { return .unread(error.description) }
            guard !Task.isCancelled else { break }
        }
        return .unread("it was not in INBOX within \(Int(Self.waits.reduce(0, +))) seconds")
    }

    private static func from(_ bytes: [UInt8]) -> Outcome {
        do {
            let authors = try HeaderBlock(bytes).fields(named: .from).flatMap { try AddressList(parsing: $0.value).addresses }
            guard authors.count == 1, let author = authors.first else { return .unread("it arrived with \(authors.count) authors") }
            return .from(author.address)
        } catch { return .unread("the From it arrived with cannot be read: \(error)") }
    }
}
