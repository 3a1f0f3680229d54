/// Who is connected, how much each login sent in the last minute and day, how many requests are open, and which logins are blocked for their denials.
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
    /// Recipients of a day, by login; the whole organisation's under nil.
    private var recipients: [String?: [(time: Double, count: Int)]] = [:]
    /// Requests at Graph, by application and mailbox: those that are not answered yet, and the times of the last ten minutes.
    private var openRequests: [String: Int] = [:]
    private var requests: [String: [Double]] = [:]

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

    func recipientsOfDay(_ login: String?, now: Double) -> Int {
        recipients[login?.lowercased()]?.reduce(0) { $1.time > now - 86_400 ? $0 + $1.count : $0 } ?? 0
    }

    mutating func note(recipients count: Int, of login: String?, now: Double) {
        guard count > 0 else { return }
        let key = login?.lowercased()
        let old = recipients[key]?.prefix { $0.time <= now - 86_400 }.count ?? 0
        recipients[key]?.removeFirst(old)
        recipients[key, default: []].append((now, count))
    }

    /// Whether one more is within the limits; then it counts until `endRequest`.
    mutating func beginRequest(_ lane: String, atOnce: Int?, perTenMinutes: Int?, now: Double) -> Bool {
        if let atOnce, openRequests[lane, default: 0] >= atOnce { return false }
        if let perTenMinutes {
            let old = requests[lane]?.prefix { $0 <= now - 600 }.count ?? 0
            requests[lane]?.removeFirst(old)
            guard requests[lane, default: []].count < perTenMinutes else { return false }
            requests[lane, default: []].append(now)
        }
        openRequests[lane, default: 0] += 1
        return true
    }

    mutating func endRequest(_ lane: String) {
        let left = openRequests[lane, default: 1] - 1
        openRequests[lane] = left > 0 ? left : nil
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
