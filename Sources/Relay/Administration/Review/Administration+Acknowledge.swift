internal import Mail
package import struct FoundationEssentials.Date

/// Findings of the audit that somebody lets be for a time, with a reason that others can read.
extension Administration {
    /// Days, where nobody says until when.
    package static let usualAcknowledgement = 90.0
    /// Days: for longer it is no finding that waits, but a choice, and choices are made in the settings.
    private static let longestAcknowledgement = 366.0

    /// `finding`: an id, or an address that the report has.
    package func acknowledge(
        _ finding: String, until: Date?, reason: String, in report: UnauthorizedReport
    ) throws(AdministrationRefusal) -> Plan {
        let found = try find(finding, in: report)
        let reason = String(reason.drop(while: \.isWhitespace))
        guard !reason.isEmpty else {
            throw AdministrationRefusal(.invalid, "somebody will ask why: an acknowledgement needs a reason", at: "reason")
        }
        let until = until ?? now.addingTimeInterval(Self.usualAcknowledgement * 86_400)
        guard until > now else { throw AdministrationRefusal(.invalid, "\(until.minute) is over already", at: "until") }
        guard until.timeIntervalSince(now) <= Self.longestAcknowledgement * 86_400 else {
            throw AdministrationRefusal(.invalid, "an acknowledgement is for a year at most: name an earlier day", at: "until")
        }
        let acknowledgement = Acknowledgement(at: now, until: until, by: person, reason: reason)
        let words = "\(found.id) is acknowledged until \(until.minute): \(report.row(of: found).address)"
        var plan = Plan(.changed, words)
        plan.observations = [.acknowledged(found.id, acknowledgement)]
        plan.journal = [
            JournalEntry(
                at: now, kind: .changed,
                facts: [
                    .init("finding", found.id), .init("code", found.code.rawValue), .init("observed", "acknowledged"),
                    .init("until", until.second), .init("reason", reason),
                ], personal: [.init(.person, person)] + found.addresses.prefix(1).map { .init(.author, $0.description) })
        ]
        return plan
    }

    package func withdrawAcknowledgement(of finding: String, in report: UnauthorizedReport) throws(AdministrationRefusal) -> Plan {
        let id = report.finding(finding)?.id ?? finding.lowercased()
        guard conditions.acknowledgement(of: id) != nil else {
            return .unchanged("\(finding) is not acknowledged")
        }
        var plan = Plan(.removed, "\(id) is not acknowledged any more")
        plan.observations = [.acknowledged(id, nil)]
        plan.journal = [
            JournalEntry(
                at: now, kind: .changed, facts: [.init("finding", id), .init("observed", "acknowledgement withdrawn")],
                personal: [.init(.person, person)])
        ]
        return plan
    }

    private func find(_ text: String, in report: UnauthorizedReport) throws(AdministrationRefusal) -> UnauthorizedFinding {
        guard let found = report.finding(text) else {
            throw AdministrationRefusal(
                .notFound, "there is no finding \(text)", fix: "`mandate audit unauthorized` has their ids", at: "finding")
        }
        return found
    }
}
