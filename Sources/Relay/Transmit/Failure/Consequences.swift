package import struct FoundationEssentials.Date

/// What a provider's answer says of a mailbox, beside what it says of the message.
package struct Consequences: Sendable {
    private let account: Account
    private let transport: Transport

    package init(_ account: Account, transport: Transport) {
        self.account = account
        self.transport = transport
    }

    /// `isHealthy`: somebody's mail was taken.
    package func observations(of diagnosis: Diagnosis, isHealthy: Bool, in conditions: Conditions, at now: Date) -> [Observation] {
        switch diagnosis.verdict {
        // What concerns one of its pairs says nothing of the mailbox.
        case .denied: return []
        case .tokenRejected: return [stopped(nil, seconds: 900, diagnosis.cause, in: conditions, at: now)]
        case .transportStopped(let seconds): return [stopped(transport, seconds: seconds, diagnosis.cause, in: conditions, at: now)]
        case .mailboxStopped(let seconds): return [stopped(nil, seconds: seconds, diagnosis.cause, in: conditions, at: now)]
        case .sent, .retry, .refused:
            // A mailbox that sends again is healthy; the standing is not proven by a 250, which is no proof of the From (domain.md 2.6).
            return isHealthy ? conditions.lifting(account, over: transport) : []
        }
    }

    /// Doubles with each failure in a row, up to a day.
    private func stopped(
        _ transport: Transport?, seconds: Double, _ why: String, in conditions: Conditions, at now: Date
    ) -> Observation {
        var failures = 1
        if case .stopped(_, _, let before)? = conditions.mailbox(account, over: transport) { failures = before + 1 }
        var wait = seconds
        for _ in 1..<max(failures, 1) where wait < 86400 { wait *= 2 }
        return .mailbox(
            account, over: transport, .stopped(until: now.addingTimeInterval(min(wait, 86400)), reason: why, failures: failures))
    }
}
