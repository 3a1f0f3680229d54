internal import Foundation
internal import Relay

/// A standing as columns; `none` says that nothing is known any more.
struct StandingRow {
    var state: String
    var at: Int64?
    var deniedAt: Int64?
    var text: String?
    var probes: Int64
    /// These of a pair in doubt.
    var nextProbe: Int64?
    var needs: Int64?
    var tries: Int64 = 0
    var nextTry: Int64?

    init(_ state: String, at: Int64? = nil, deniedAt: Int64? = nil, text: String? = nil, probes: Int64 = 0) {
        self.probes = probes
        self.state = state
        self.at = at
        self.deniedAt = deniedAt
        self.text = text
    }

    init(_ standing: Standing?) {
        switch standing {
        case nil: self.init("none")
        case .declared: self.init("declared")
        case .pending(let until, let denied, let probes):
            self.init("pending", at: until.milliseconds, deniedAt: denied?.milliseconds, probes: Int64(probes))
        case .proven(let at, let how): self.init("proven", at: at.milliseconds, text: how)
        case .doubted(let doubt):
            self.init("doubted", at: doubt.since.milliseconds, text: doubt.code, probes: Int64(doubt.probes))
            nextProbe = doubt.nextProbe.milliseconds
            needs = Int64(doubt.needs)
            tries = Int64(doubt.tries)
            nextTry = doubt.nextTry?.milliseconds
        case .denied(let at, let code): self.init("denied", at: at.milliseconds, text: code)
        case .rewritten(let at, let to): self.init("rewritten", at: at.milliseconds, text: to)
        }
    }

    func standing() throws -> Standing? {
        let date = at.map { Date(milliseconds: $0) }
        switch (state, date, text) {
        case ("none", _, _): return nil
        case ("declared", _, _): return .declared
        case ("pending", let until?, _):
            return .pending(until: until, deniedAt: deniedAt.map { Date(milliseconds: $0) }, probes: Int(probes))
        case ("proven", let at?, let how?): return .proven(at: at, how: how)
        case ("doubted", let since?, let code?): return .doubted(try doubt(since, code))
        case ("denied", let at?, let code?): return .denied(at: at, code: code)
        case ("rewritten", let at?, let to?): return .rewritten(at: at, to: to)
        default: throw StoreFailure.damaged("a standing \(state) lacks its time or text")
        }
    }

    private func doubt(_ since: Date, _ code: String) throws -> Doubt {
        guard let needs, let nextProbe else { throw StoreFailure.damaged("a pair in doubt lacks its next probe") }
        return Doubt(
            since: since, code: code, needs: Int(needs), probes: Int(probes), nextProbe: Date(milliseconds: nextProbe), tries: Int(tries),
            nextTry: nextTry.map { Date(milliseconds: $0) })
    }
}

/// The health of a mailbox, a grant or an application as columns.
struct HealthRow {
    var state: String
    var at: Int64?
    var reason: String?
    var failures: Int64?

    init(state: String, at: Int64? = nil, reason: String? = nil, failures: Int64? = nil) {
        self.state = state
        self.at = at
        self.reason = reason
        self.failures = failures
    }

    init(_ health: MailboxHealth?) {
        switch health {
        case nil: self.init(state: "none")
        case .stopped(let until, let reason, let failures):
            self.init(state: "stopped", at: until.milliseconds, reason: reason, failures: Int64(failures))
        case .broken(let since, let reason): self.init(state: "broken", at: since.milliseconds, reason: reason)
        }
    }

    init(_ health: GrantHealth?) {
        switch health {
        case nil: self.init(state: "none")
        case .needsConsent(let since, let reason): self.init(state: "needs-consent", at: since.milliseconds, reason: reason)
        case .lostInCrash(let at): self.init(state: "lost-in-crash", at: at.milliseconds)
        case .unanswered(let since, let reason): self.init(state: "unanswered", at: since.milliseconds, reason: reason)
        }
    }

    init(_ health: ApplicationHealth?) {
        guard let health else {
            self.init(state: "none")
            return
        }
        self.init(state: "suspended", at: health.suspendedSince.milliseconds, reason: health.reason)
    }

    func observation(kind: String, id: String, provider: String, _ transport: Transport?) throws -> Observation {
        switch kind {
        case "mailbox": .mailbox(Account(provider: ProviderID(trusted: provider), login: id), over: transport, try mailbox())
        case "grant": .grant(GrantID(trusted: id), try grant())
        case "application": .application(ApplicationID(trusted: id), try application())
        default: throw StoreFailure.damaged("\(kind) has no health")
        }
    }

    private func mailbox() throws -> MailboxHealth? {
        switch (state, at, reason, failures) {
        case ("none", _, _, _): return nil
        case ("stopped", let at?, let reason?, let failures?):
            return .stopped(until: Date(milliseconds: at), reason: reason, failures: Int(failures))
        case ("broken", let at?, let reason?, _): return .broken(since: Date(milliseconds: at), reason: reason)
        default: throw wrong("mailbox")
        }
    }

    private func grant() throws -> GrantHealth? {
        switch (state, at, reason) {
        case ("none", _, _): return nil
        case ("needs-consent", let at?, let reason?): return .needsConsent(since: Date(milliseconds: at), reason: reason)
        case ("lost-in-crash", let at?, _): return .lostInCrash(at: Date(milliseconds: at))
        case ("unanswered", let at?, let reason?): return .unanswered(since: Date(milliseconds: at), reason: reason)
        default: throw wrong("grant")
        }
    }

    private func application() throws -> ApplicationHealth? {
        switch (state, at, reason) {
        case ("none", _, _): return nil
        case ("suspended", let at?, let reason?): return ApplicationHealth(suspendedSince: Date(milliseconds: at), reason: reason)
        default: throw wrong("application")
        }
    }

    private func wrong(_ kind: String) -> StoreFailure {
        .damaged("the health of a \(kind) cannot be \(state), or lacks its time or reason")
    }
}
