internal import CurlTransmit
internal import FoundationEssentials
internal import Mail
internal import Relay

/// Reads a message that was sent to a mailbox back from its INBOX, and finds the From that it arrived with: an acceptance says nothing of it, for
/// providers replace a From in silence (domain.md 2.6, 3.5).
struct ReadBack: Sendable {
    enum Outcome: Sendable, Hashable {
        case from(EmailAddress)
        case unread(String)
    }

    /// Seconds before each look. A message to oneself takes a few; after half a minute nobody who called a command waits gladly.
    static let waits: [Double] = [0, 2, 5, 8, 14]

    let broker: TokenBroker
    let wait: @Sendable (_ seconds: Double) async -> Void

    /// Where the provider has IMAP, with the token for that. What it lacks harms nothing: nobody's mail is read with it otherwise.
    func from(of messageID: String, in login: String, _ source: GrantSource) async -> Outcome {
        guard let endpoint = source.provider.imap else { return .unread("\(source.provider.name) names no server for IMAP") }
        let token: AccessToken
        do throws(TokenFailure) { token = try await broker.token(for: source.key(.imap, login: login)) } catch {
            return .unread("no token to read with: \(error)")
        }
        let signIn = InboxSignIn(
            .imap, at: endpoint, login: login, token: token.secret, trusting: source.provider.trustedCertificates)
        let search = InboxSearch(messageID, by: signIn)
        return await look { () throws(InboxSignIn.Failure) in try await search.header() }
    }

    /// A few times, until it is there or cannot be read.
    func look(_ header: () async throws(InboxSignIn.Failure) -> [UInt8]?) async -> Outcome {
        for seconds in Self.waits {
            if seconds > 0 { await wait(seconds) }
            do throws(InboxSignIn.Failure) {
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
