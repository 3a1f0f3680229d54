/// What became of an attempt, and what is to be done about it.
package enum Verdict: Sendable, Hashable {
    case sent
    /// Later, by the schedule, or not before so many seconds.
    case retry(notBefore: Double?)
    /// This recipient, or this message, never.
    case refused
    /// The mailbox may not send as this From.
    case denied
    /// The token was not taken: a fresh one is worth one try.
    case tokenRejected
    /// The mailbox itself cannot send for a while; the message goes by another route or waits.
    case mailboxStopped(seconds: Double)
}

/// A verdict with its account in plain words and the fix, for the journal, the queue and the administrator.
package struct Diagnosis: Sendable, Hashable {
    package let verdict: Verdict
    package let cause: String
    /// What a person can do; empty when nobody needs to.
    package let fix: String

    package init(_ verdict: Verdict, _ cause: String, fix: String = "") {
        self.verdict = verdict
        self.cause = cause
        self.fix = fix
    }
}
