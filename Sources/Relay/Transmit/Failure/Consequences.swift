package import Mail
package import struct FoundationEssentials.Date

/// What a provider's answer says of a mailbox and its rights, beside what it says of the message: the same whether we sent or a client that had a token did.
package struct Consequences: Sendable {
    private let login: String
    private let transport: Transport
    /// What the message was from.
    private let from: [EmailAddress]

    package init(login: String, transport: Transport, from: [EmailAddress]) {
        self.login = login
        self.transport = transport
        self.from = from
    }

    /// `standing`: what was known of a pair when it was decided; `isHealthy`: somebody's mail was taken.
    package func observations(
        of diagnosis: Diagnosis, code: String, isHealthy: Bool, in conditions: Conditions, at now: Date,
        standing: (StandingKey) -> Standing?
    ) -> [Observation] {
        switch diagnosis.verdict {
        case .denied:
            return from.map { address in
                let key = StandingKey(login: login, from: address, transport: transport)
                return .standing(key, Self.denied(standing(key), code, at: now))
            }
        case .tokenRejected: return [stopped(nil, seconds: 900, diagnosis.cause, in: conditions, at: now)]
        case .transportStopped(let seconds): return [stopped(transport, seconds: seconds, diagnosis.cause, in: conditions, at: now)]
        case .mailboxStopped(let seconds): return [stopped(nil, seconds: seconds, diagnosis.cause, in: conditions, at: now)]
        case .sent, .retry, .refused:
            // A mailbox that sends again is healthy; the standing is not proven by a 250, which is no proof of the From (domain.md 2.6).
            guard isHealthy else { return [] }
            return [nil, transport].filter { conditions.mailbox(login: login, over: $0) != nil }.map {
                .mailbox(login: login, over: $0, nil)
            }
        }
    }

    /// A right that is still pending stays pending, and mail skips it; any other is denied until a person clears it.
    private static func denied(_ standing: Standing?, _ code: String, at now: Date) -> Standing {
        if case .pending(let until, _, _)? = standing, now < until { return .pending(until: until, deniedAt: now) }
        return .denied(at: now, code: code)
    }

    /// Doubles with each failure in a row, up to a day.
    private func stopped(
        _ transport: Transport?, seconds: Double, _ why: String, in conditions: Conditions, at now: Date
    ) -> Observation {
        var failures = 1
        if case .stopped(_, _, let before)? = conditions.mailbox(login: login, over: transport) { failures = before + 1 }
        var wait = seconds
        for _ in 1..<max(failures, 1) where wait < 86400 { wait *= 2 }
        return .mailbox(
            login: login, over: transport, .stopped(until: now.addingTimeInterval(min(wait, 86400)), reason: why, failures: failures))
    }
}
