package import Mail

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
    /// The mailbox cannot send this way for a while; another of its transports may do.
    case transportStopped(seconds: Double)
    /// The mailbox itself cannot send for a while; the message goes by another route or waits.
    case mailboxStopped(seconds: Double)
}

/// A verdict with its account in plain words and the fix, for the journal, the queue and the administrator.
package struct Diagnosis: Sendable, Hashable {
    package let meaning: FailureMeaning
    package let verdict: Verdict
    package let cause: String
    /// What a person can do; empty when nobody needs to.
    package let fix: String
    /// Which of the message's addresses the mailbox may not use, where that is what it says.
    package let refusedSender: EmailAddress?

    /// `answer`: what came, in the provider's own words. `retryAfter`: the seconds it asked to be left alone for, which count more than ours. `subject` is
    /// about the address that was refused, where one was.
    package init(_ meaning: FailureMeaning, _ answer: String, _ subject: FailureSubject, retryAfter: Double? = nil) {
        refusedSender = meaning.verdict == .denied ? subject.from.first : nil
        self.meaning = meaning
        verdict = meaning.verdict.waiting(atLeast: retryAfter)
        cause = meaning.cause(answer, subject)
        fix = meaning.fix(subject)
    }
}

extension Verdict {
    /// However long a provider asks to be left alone: after a day it can say so again.
    private static let longest = 86_400.0

    fileprivate func waiting(atLeast seconds: Double?) -> Verdict {
        guard let seconds else { return self }
        return switch self {
        case .retry(let least): .retry(notBefore: min(max(least ?? 0, seconds), Self.longest))
        case .transportStopped(let least): .transportStopped(seconds: min(max(least, seconds), Self.longest))
        case .mailboxStopped(let least): .mailboxStopped(seconds: min(max(least, seconds), Self.longest))
        case .sent, .refused, .denied, .tokenRejected: self
        }
    }
}
