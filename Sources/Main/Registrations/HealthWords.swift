internal import FoundationEssentials
internal import Relay

/// How things are, for people: the first thing that needs somebody.
enum HealthWords {
    /// How early an end that comes is worth a warning.
    static let warning: Double = 30 * 86400

    static func of(_ application: Application, _ conditions: Conditions, at now: Date) -> String {
        if let health = conditions.application(application.id) { return "suspended since \(health.suspendedSince.day): \(health.reason)" }
        guard let end = application.secretExpires else { return "healthy; when the secret ends is not recorded" }
        if end <= now { return "the secret ended on \(end.day)" }
        let days = Int(end.timeIntervalSince(now) / 86400)
        return end.timeIntervalSince(now) < warning ? "the secret ends in \(days) days" : "healthy"
    }

    static func of(_ grant: Grant, _ conditions: Conditions) -> String {
        guard grant.isEnabled else { return "disabled" }
        return switch conditions.grant(grant.id) {
        case .needsConsent(let since, let reason)?: "needs consent since \(since.day): \(reason)"
        case .lostInCrash(let at)?: "lost in a crash at \(at.minute), consent again"
        case nil: "healthy"
        }
    }

    static func ofMailbox(login: String, isEnabled: Bool, _ conditions: Conditions, at now: Date) -> String {
        guard isEnabled else { return "disabled" }
        switch conditions.mailbox(login: login) {
        case .stopped(let until, let reason, _)? where now < until: return "stopped until \(until.minute): \(reason)"
        case .broken(let since, let reason)?: return "broken since \(since.day): \(reason)"
        case .stopped, nil: return "healthy"
        }
    }

    static func of(_ standing: Standing?) -> String {
        switch standing {
        case nil, .declared: "declared"
        case .pending(let until, _): "pending until \(until.minute)"
        case .proven(let at, let how): "proven \(at.day), \(how)"
        case .denied(let at, let code): "denied \(at.day), \(code)"
        case .rewritten(let at, let to): "rewritten \(at.day) to \(to)"
        }
    }
}
