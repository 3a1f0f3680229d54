internal import FoundationEssentials
internal import Mail
internal import Relay
internal import SQLiteStore

/// Mail that would be refused or go wrong as things stand: asked of the decider itself, which is the one that would do it.
extension Examination {
    /// `isOpen`: mail of every purpose can leave, so that a carrier that has no route is not told of already.
    func mail(_ decider: Decider, isOpen: Bool) -> [Finding] {
        guard !decider.directory.settings.all.isEmpty else { return [] }
        return (isOpen ? carriers(decider) : []) + intake(decider) + envelope(decider)
    }

    /// Where authors without a route go; the same one may stand for several purposes, and is told of once.
    private func carriers(_ decider: Decider) -> [Finding] {
        var seen: Set<EmailAddress> = []
        return ([nil] + Purpose.allCases.map(Purpose?.some)).compactMap { purpose in
            guard let carrier = decider.carrier(for: purpose).named, seen.insert(carrier.address).inserted else { return nil }
            let answer = decider.decide(Author(carrier), Routing(purpose: nil, envelopeSender: nil, at: opened.live.now()))
            let outlook = decider.outlook(answer)
            guard !outlook.isOpen else { return nil }
            return Finding(
                "carrier \(carrier.address)", "mail of authors without a route cannot leave: \(outlook.reason)", fix: outlook.steps)
        }
    }

    private func intake(_ decider: Decider) -> [Finding] {
        guard let intake = decider.directory.settings.intake, isOurs(intake, decider.directory),
            decider.directory.candidatesExist(for: intake) == false
        else { return [] }
        return [
            Finding(
                "setting intake", "answers go to \(intake), and no mailbox here has that address",
                fix: "mandate mailboxes add \(intake.description.shellQuoted) --grant GRANT --read", "mandate settings set intake ADDRESS")
        ]
    }

    /// A fixed envelope sender that no mailbox may use is replaced, since the provider would refuse it.
    private func envelope(_ decider: Decider) -> [Finding] {
        guard case .fixed(let address) = decider.directory.settings.envelopePolicy else { return [] }
        let routing = Routing(purpose: nil, envelopeSender: nil, at: opened.live.now())
        if case .decided(let decision) = decider.decide(Author(NamedAddress(address: address)), routing), decision.route != .replyTo {
            return []
        }
        return [
            Finding(
                "setting envelope", "no mailbox may send as \(address), so the mailbox is the envelope sender instead",
                fix: "mandate settings set envelope by-route",
                "mandate delegations allow MAILBOX \(address.description.shellQuoted) --kind send-as --reason REASON")
        ]
    }

    /// A domain that one of the applications' tenants signs for.
    private func isOurs(_ address: EmailAddress, _ directory: Directory) -> Bool {
        directory.allApplications.contains { $0.domains.contains(address.domain) }
    }
}

extension Directory {
    /// Whether a mailbox, a family or a delegation speaks of the address.
    fileprivate func candidatesExist(for address: EmailAddress) -> Bool {
        allMailboxes.contains { $0.address == address } || allFamilies.contains { $0.members.contains { $0.matches(address) } }
            || allDelegations.contains { $0.covers.matches(address) }
    }
}
