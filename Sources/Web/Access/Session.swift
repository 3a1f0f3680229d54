internal import Crypto
package import Relay
internal import Synchronization
package import struct FoundationEssentials.Date

/// A person's log-in, as the cookie carries it.
package struct Session: Sendable, Hashable {
    package let client: ClientID
    package let startedAt: Date
    /// Random; names the session where it is ended.
    package let nonce: String

    /// Seconds: a working day and some.
    package static let life: Double = 12 * 3600

    package init(client: ClientID, startedAt: Date, nonce: String) {
        self.client = client
        self.startedAt = startedAt
        self.nonce = nonce
    }
}

/// Makes and judges the cookies of log-ins. Nothing is kept of a session but that it was ended; the key is this run's own, so a restart ends them all,
/// and a cookie that was stolen before does not come back to life. A class because its requests share what was ended.
package final class SessionKeeper: Sendable {
    private let key: SymmetricKey
    private let ended = Mutex<[String: Date]>([:])

    package init(key: Secret) { self.key = SymmetricKey(data: key.reveal()) }

    /// The cookie's value. The client's credential is part of what is signed: a new password ends what was begun with the old one.
    package func cookie(_ session: Session, of client: Client) -> String {
        let content = Self.content(session)
        return content + "." + mark("session", content, Self.fingerprint(client))
    }

    /// nil: nobody's, or not any more.
    package func session(_ cookie: String, in directory: Directory, at now: Date) -> (session: Session, client: Client)? {
        let parts = cookie.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, let id = [UInt8](hexadecimal: parts[0]).flatMap({ String(validating: $0, as: UTF8.self) }),
            let client = directory.client(ClientID(trusted: id)), client.isEnabled
        else { return nil }
        // Nothing of it is believed, or worked with, before the text itself is known to be ours.
        let expected = mark("session", parts[..<3].joined(separator: "."), Self.fingerprint(client))
        guard Array(parts[3].utf8).isSame(as: Array(expected.utf8)), let seconds = Int64(parts[1]) else { return nil }
        let session = Session(client: client.id, startedAt: Date(timeIntervalSince1970: Double(seconds)), nonce: String(parts[2]))
        guard (-60..<Session.life).contains(now.timeIntervalSince(session.startedAt)),
            ended.withLock({ $0[session.nonce] == nil })
        else { return nil }
        return (session, client)
    }

    package func end(_ session: Session, at now: Date) {
        ended.withLock { ended in
            ended = ended.filter { now.timeIntervalSince($0.value) < Session.life }
            ended[session.nonce] = session.startedAt
        }
    }

    /// What every form of a session carries, and no other site can know.
    package func formToken(_ session: Session) -> String { mark("form", session.nonce, []) }

    /// The same where nobody has logged in yet; `nonce` is in a cookie.
    package func formToken(stranger nonce: String) -> String { mark("stranger", nonce, []) }

    private func mark(_ purpose: String, _ content: String, _ more: [UInt8]) -> String {
        var mac = HMAC<SHA256>(key: key)
        // Lengths in front, so that no two sets of parts read alike.
        for part in [Array(purpose.utf8), Array(content.utf8), more] {
            mac.update(data: Array("\(part.count):".utf8))
            mac.update(data: part)
        }
        return Array(mac.finalize()).hexadecimal
    }

    private static func content(_ session: Session) -> String {
        "\(Array(session.client.text.utf8).hexadecimal).\(Int64(session.startedAt.timeIntervalSince1970)).\(session.nonce)"
    }

    private static func fingerprint(_ client: Client) -> [UInt8] {
        switch client.credential {
        case .key(let digest): digest
        case .password(let hash): Array(hash.text.utf8)
        // Nobody logs in with these.
        case .network, .uid: []
        }
    }
}
