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
    /// Seconds without a request, after which it is over: a long meeting. Somebody else may sit at the desk by then (OWASP asks for 15 to 30 min where there is no
    /// other limit; there are a whole life of hours and a second look at each change here).
    package static let idle: Double = 2 * 3600

    package init(client: ClientID, startedAt: Date, nonce: String) {
        self.client = client
        self.startedAt = startedAt
        self.nonce = nonce
    }
}

/// A session that goes on, as its owner sees it in a list.
package struct SessionRecord: Sendable, Hashable {
    /// Names it where it is ended; nothing else can be done with it.
    package let id: String
    package let session: Session
    package let address: String
    /// As it calls itself.
    package let browser: String
    package let lastSeen: Date
}

/// Makes and judges the cookies of log-ins. Which sessions go on is known in memory alone, and the key is this run's own: a restart ends them all, and a cookie
/// that was stolen before does not come back to life. A class because its requests share what is known.
package final class SessionKeeper: Sendable {
    private struct Known: Sendable {
        let session: Session
        let address: String
        let browser: String
        var lastSeen: Date

        func goesOn(at now: Date) -> Bool {
            (-60..<Session.life).contains(now.timeIntervalSince(session.startedAt)) && now.timeIntervalSince(lastSeen) < Session.idle
        }
    }

    /// Of all people together; whoever has been away longest is signed out first.
    private static let most = 10_000
    /// Characters of a browser's name for itself.
    private static let longestName = 300

    private let key: SymmetricKey
    private let known = Mutex<[String: Known]>([:])

    package init(key: Secret) { self.key = SymmetricKey(data: key.reveal()) }

    /// The cookie's value. The client's credential is part of what is signed: a new password ends what was begun with the old one.
    package func begin(_ session: Session, of client: Client, from address: String = "", with browser: String = "") -> String {
        known.withLock { known in
            if known.count >= Self.most { known = known.filter { $0.value.goesOn(at: session.startedAt) } }
            if known.count >= Self.most, let oldest = known.min(by: { $0.value.lastSeen < $1.value.lastSeen }) {
                known[oldest.key] = nil
            }
            known[session.nonce] = Known(
                session: session, address: address, browser: String(browser.prefix(Self.longestName)), lastSeen: session.startedAt)
        }
        let content = Self.content(session)
        return content + "." + mark("session", content, Self.fingerprint(client))
    }

    /// nil: nobody's, or not any more. Otherwise its owner has been seen.
    package func session(_ cookie: String, in directory: Directory, at now: Date) -> (session: Session, client: Client)? {
        let parts = cookie.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, let id = [UInt8](hexadecimal: parts[0]).flatMap({ String(validating: $0, as: UTF8.self) }),
            let client = directory.client(ClientID(trusted: id)), client.isEnabled
        else { return nil }
        // Nothing of it is believed, or worked with, before the text itself is known to be ours.
        let expected = mark("session", parts[..<3].joined(separator: "."), Self.fingerprint(client))
        guard Array(parts[3].utf8).isSame(as: Array(expected.utf8)), let seconds = Int64(parts[1]) else { return nil }
        let session = Session(client: client.id, startedAt: Date(timeIntervalSince1970: Double(seconds)), nonce: String(parts[2]))
        let goesOn = known.withLock { known in
            guard let entry = known[session.nonce], entry.goesOn(at: now) else { return false }
            known[session.nonce]?.lastSeen = max(entry.lastSeen, now)
            return true
        }
        return goesOn ? (session, client) : nil
    }

    package func end(_ session: Session) { known.withLock { $0[session.nonce] = nil } }

    /// Those of one client that go on, the latest first.
    package func sessions(of client: ClientID, at now: Date) -> [SessionRecord] {
        let own = known.withLock { known in known.values.filter { $0.session.client == client && $0.goesOn(at: now) } }
        return own.sorted { ($1.lastSeen, $1.session.nonce) < ($0.lastSeen, $0.session.nonce) }.map { entry in
            SessionRecord(
                id: handle(entry.session), session: entry.session, address: entry.address, browser: entry.browser, lastSeen: entry.lastSeen)
        }
    }

    /// False: there is none of this name among the client's own.
    package func end(_ id: String, of client: ClientID) -> Bool {
        known.withLock { known in
            guard let found = known.values.first(where: { $0.session.client == client && handle($0.session) == id }) else { return false }
            known[found.session.nonce] = nil
            return true
        }
    }

    /// All of the client's but this one; how many that were.
    package func endOthers(than session: Session, at now: Date) -> Int {
        known.withLock { known in
            let others = known.filter { $0.value.session.client == session.client && $0.key != session.nonce }
            for nonce in others.keys { known[nonce] = nil }
            return others.values.count { $0.goesOn(at: now) }
        }
    }

    /// The nonce itself stays where it is.
    private func handle(_ session: Session) -> String { String(mark("handle", session.nonce, []).prefix(16)) }

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
