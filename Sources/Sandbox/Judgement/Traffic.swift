/// Who is connected, how much each login sent in the last minute, and which logins are blocked for their denials.
struct Traffic: Sendable {
    private struct SignedIn: Sendable {
        var connection: Int
        var login: String
        var tokenID: String
    }

    private struct Denials: Sendable {
        var count = 0
        var blockedUntil: Double?
    }

    private var connections = 0
    /// In the order of signing in, so that the fourth connection is the one too many and not the first.
    private var signedIn: [SignedIn] = []
    private var sent: [String: [Double]] = [:]
    private var denials: [String: Denials] = [:]

    mutating func connect() -> Int {
        connections += 1
        return connections
    }

    mutating func disconnect(_ connection: Int) { signedIn.removeAll { $0.connection == connection } }

    mutating func signIn(_ connection: Int, login: String, tokenID: String) {
        signedIn.append(SignedIn(connection: connection, login: login.lowercased(), tokenID: tokenID))
    }

    func tokenID(_ connection: Int) -> String? { signedIn.first { $0.connection == connection }?.tokenID }

    /// How many connections of the same login signed in before this one and are still open.
    func connectionsBefore(_ connection: Int) -> Int {
        guard let own = signedIn.first(where: { $0.connection == connection }) else { return 0 }
        return signedIn.prefix { $0.connection != connection }.count { $0.login == own.login }
    }

    /// Messages taken from this login within the last minute.
    mutating func sentLastMinute(_ login: String, now: Double) -> Int {
        let recent = (sent[login.lowercased()] ?? []).filter { $0 > now - 60 }
        sent[login.lowercased()] = recent
        return recent.count
    }

    mutating func noteSent(_ login: String, now: Double) {
        _ = sentLastMinute(login, now: now)  // drops what is older, so that a long run does not grow
        sent[login.lowercased(), default: []].append(now)
        denials[login.lowercased()]?.count = 0
    }

    mutating func noteDenied(_ login: String, limit: Int?, blocksFor seconds: Double, now: Double) {
        var own = denials[login.lowercased()] ?? Denials()
        own.count += 1
        if let limit, own.count >= limit { own = Denials(count: 0, blockedUntil: now + seconds) }
        denials[login.lowercased()] = own
    }

    func isBlocked(_ login: String, now: Double) -> Bool { (denials[login.lowercased()]?.blockedUntil).map { $0 > now } ?? false }

    mutating func unblock(_ login: String) { denials[login.lowercased()] = nil }
}
