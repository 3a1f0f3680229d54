package import struct FoundationEssentials.Date

/// One thing seen: a standing, or the health of an account (for all its transports or for one), a grant or an application. nil: back to "nothing known".
package enum Observation: Sendable, Hashable {
    case standing(StandingKey, Standing?)
    case mailbox(Account, over: Transport? = nil, MailboxHealth?)
    case grant(GrantID, GrantHealth?)
    case application(ApplicationID, ApplicationHealth?)
    case reported(ReportKey, ClientReport?)
    /// By what a tenant is counted under.
    case tenant(Account, TenantPause?)
    /// A person's word on a finding of the audit, by its id.
    case acknowledged(String, Acknowledgement?)
}

extension Observation {
    /// What it says once the clock was set back by so many seconds, where it would hold for as much longer than it was meant to: a stop, a report, a doubt, a right
    /// that is new. nil: it says the same.
    package func setBack(by seconds: Double, at now: Date) -> Observation? {
        func meant(_ time: Date) -> Date { time > now ? max(now, time.addingTimeInterval(-seconds)) : time }
        let after: Observation? =
            switch self {
            case .mailbox(let account, let transport, .stopped(let until, let reason, let failures)):
                .mailbox(account, over: transport, .stopped(until: meant(until), reason: reason, failures: failures))
            case .reported(let key, let report?):
                .reported(key, ClientReport(at: meant(report.at), until: meant(report.until), words: report.words))
            case .standing(let key, .pending(let until, let denied, let probes)):
                .standing(key, .pending(until: meant(until), deniedAt: denied.map(meant), probes: probes))
            case .standing(let key, .doubted(let doubt)):
                .standing(
                    key,
                    .doubted(
                        Doubt(
                            since: meant(doubt.since), code: doubt.code, needs: doubt.needs, probes: doubt.probes,
                            nextProbe: meant(doubt.nextProbe), tries: doubt.tries, nextTry: doubt.nextTry.map(meant))))
            case .tenant(let lane, let pause?):
                .tenant(
                    lane,
                    TenantPause(
                        since: meant(pause.since), until: meant(pause.until), code: pause.code, times: pause.times, counted: pause.counted))
            case .mailbox, .reported, .standing, .grant, .application, .acknowledged, .tenant: nil
            }
        return after == self ? nil : after
    }
}

/// Somebody has seen a finding of the audit and lets it be for a time. A finding has its name from what is the matter, so that it comes back by itself when that becomes
/// something else, and when the time is over.
package struct Acknowledgement: Sendable, Hashable {
    package let at: Date
    package let until: Date
    package let by: String
    package let reason: String

    package init(at: Date, until: Date, by: String, reason: String) {
        self.at = at
        self.until = until
        self.by = by
        self.reason = reason
    }

    package func holds(at now: Date) -> Bool { now < until }
}
