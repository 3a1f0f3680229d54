internal import Web
internal import Mail
internal import Relay

/// A grant, and what it opens.
extension TokensView {
    func grant(_ grant: Grant, _ facts: Facts) -> DocumentValue {
        let health = facts.health.health(of: grant)
        let source = directory.source(of: grant.id)
        let principal = facts.opened.principal(of: grant)
        let steps = steps(health, source, principal)
        let mailboxes =
            facts.opened.mailboxes(of: grant.id).prefix(Self.mostMailboxes).map { mailbox($0, facts) }
            + facts.opened.families(of: grant.id).prefix(Self.mostMailboxes).map { family($0, facts) }
        // What was never given, and never used, cannot be removed.
        let all = facts.opened.mailboxes(of: grant.id).count
        let hasConsent = grant.kind == .consent && (grant.pin != nil || health.state != .untried)
        return [
            "id": .text(PercentCoding.encode(grant.id.text)), "name": .text(grant.name), "quoted": .text(grant.name.shellQuoted),
            "kind": .text(grant.kind.rawValue), "principal": DocumentValue(principal), "state": Words.state(health, at: request.now),
            "has_todo": .flag(health.needsSomeone && (!health.reason.isEmpty || !steps.isEmpty)), "steps": Words.steps(steps),
            "can_consent": .flag(source?.takesConsent == true), "can_device": .flag(source?.takesDeviceCode == true),
            "can_remove": .flag(hasConsent), "has_mailboxes": .flag(!mailboxes.isEmpty), "mailboxes": .list(mailboxes),
            "more_mailboxes": all > Self.mostMailboxes ? .text("All \(Words.number(all)) mailboxes of this grant") : .null,
            "more_href": .text("/mailboxes?grant=\(PercentCoding.encode(grant.id.text))"),
        ]
    }

    /// The commands that health names, with what can be done right here before them.
    private func steps(_ health: Health, _ source: GrantSource?, _ principal: String?) -> [String] {
        guard health.needsSomeone else { return [] }
        guard source?.takesConsent == true else { return health.steps }
        let who = principal ?? "the person whose mailbox it is"
        switch health.state {
        case .needsConsent: return ["Consent again as \(who), here or by command:"] + health.steps
        case .untried: return ["Consent as \(who) here, unless that was done elsewhere; or by command:"] + health.steps
        case .expiring: return ["Use it, or consent again as \(who), here or by command:"] + health.steps
        case .healthy, .endUnknown, .impaired, .suspended, .stopped, .broken, .disabled: return health.steps
        }
    }

    private func mailbox(_ mailbox: Mailbox, _ facts: Facts) -> DocumentValue {
        row(
            mailbox.id.text, mailbox.address.description, mailbox.login, mailbox.transports, facts.health.health(of: mailbox),
            isRead: mailbox.isRead, isFamily: false, place: mailbox.place)
    }

    /// Every address in it is a mailbox of its own, so there is no single one to test.
    private func family(_ family: Family, _ facts: Facts) -> DocumentValue {
        row(
            family.id.text, "\(family.name) (family)", "of each user", family.transports, facts.health.health(of: family), isFamily: true,
            place: family.place)
    }

    private func row(
        _ id: String, _ address: String, _ login: String, _ transports: [Transport], _ health: Health, isRead: Bool = false, isFamily: Bool,
        place: String
    ) -> DocumentValue {
        [
            "id": .text(PercentCoding.encode(id)), "address": .text(address), "href": .text(place), "login": .text(login),
            "transports": .text(transports.map(\.rawValue).joined(separator: ", ") + (isRead ? ", and read" : "")),
            "state": Words.state(health, at: request.now), "is_family": .flag(isFamily),
            "can_resume": .flag(health.canResume),
        ]
    }
}
