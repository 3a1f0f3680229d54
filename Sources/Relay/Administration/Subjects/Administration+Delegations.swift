internal import Mail
internal import struct FoundationEssentials.Date

/// Which mailbox may send for which address: allowing it, and taking that back.
extension Administration {
    /// A ticket and a sentence, not a story.
    private static let longestReason = 1000

    /// Lets a mailbox send for an address or a domain. `proven`: how somebody knows that the provider lets it, too.
    package func allow(_ said: Particulars, proven: String? = nil) throws(AdministrationRefusal) -> Plan {
        var plan = try add(said)
        if let proven { try prove(proven, &plan) }
        return plan
    }

    /// Takes one back, by its id.
    package func revoke(_ id: DelegationID, expecting condition: String? = nil) throws(AdministrationRefusal) -> Plan {
        guard case .delegation(let delegation) = try existing(EntityKey(.delegation, id.text), expecting: condition) else {
            preconditionFailure("a delegation's key names a delegation")
        }
        return revoking(
            [delegation], directory.mailbox(delegation.mailbox)?.address.description ?? delegation.mailbox.text, delegation.covers)
    }

    /// Takes back what lets this mailbox send for just that, of every kind or of one; what there never was is no error.
    package func revoke(mailbox: String, covers: String, kind: String? = nil) throws(AdministrationRefusal) -> Plan {
        let mailbox = try directory.find(Mailbox.self, mailbox, at: "mailbox")
        let covers = try pattern(covers, orAny: false)
        let kind = try kind.map { text throws(AdministrationRefusal) in try self.kind(text) }
        let found = directory.delegations(of: covers).filter { $0.mailbox == mailbox.id && (kind == nil || $0.kind == kind) }
        guard !found.isEmpty else { return .unchanged("\(mailbox.address) has no such delegation for \(covers)") }
        return revoking(found, mailbox.address.description, covers)
    }

    private func revoking(_ delegations: [Delegation], _ mailbox: String, _ covers: AddressPattern) -> Plan {
        let plan = Plan(
            .removed, "\(mailbox) may no longer send for \(covers)", nil, delegations.map { .remove(EntityKey(.delegation, $0.id.text)) })
        return noting(rest(of: delegations, covers), plan)
    }

    /// That it is taken back here does not mean that it is over, where another row allows the same.
    private func noting(_ rest: [Delegation], _ plan: Plan) -> Plan {
        var plan = plan
        guard let other = rest.first else {
            plan.notes = ["messages in the queue take the next route"]
            return plan
        }
        plan.words = "took that back, but \(other.covers) still lets it send there (\(other.kind.rawValue), \(other.id))"
        return plan
    }

    private func rest(of gone: [Delegation], _ covers: AddressPattern) -> [Delegation] {
        guard let mailbox = gone.first?.mailbox else { return [] }
        let ids = Set(gone.map(\.id))
        var all = directory.delegations(of: covers)
        if case .address(let address) = covers { all += directory.delegations(of: .domain(address.domain)) }
        return all.filter { $0.mailbox == mailbox && !ids.contains($0.id) }
    }
}

/// What holds for a delegation, and what there is to say of it.
extension Administration {
    /// Who granted it and when are as they were when nothing else is new: granting again with other values is a new grant. Why it was granted is no value:
    /// not to say it again takes nothing back, and nor is who answers for it.
    func settle(
        _ delegation: Delegation, replacing before: DirectoryEntity?, _ manner: Manner, _ said: Particulars
    ) throws(AdministrationRefusal) -> Delegation {
        guard case .delegation(let known)? = before else { return delegation }
        var delegation = delegation
        if manner == .added, !said.says("reason") { delegation.reason = known.reason }
        var same = delegation
        same.stewardship = known.stewardship
        if !said.says("granted_by") { same.grantedBy = known.grantedBy }
        if !said.says("granted_at") { same.grantedAt = known.grantedAt }
        guard same == known else { return delegation }
        same.stewardship = delegation.stewardship
        return same
    }

    /// Before names are looked up: it is wrong whatever they mean.
    func check(reasonOf said: Particulars) throws(AdministrationRefusal) {
        guard said.kind == .delegation || said.kind == .deny, case .text(let reason)? = said["reason"] else { return }
        guard reason.count <= Self.longestReason, reason.isOneLine else {
            throw AdministrationRefusal(
                .malformed, "a reason is one line of at most \(Self.longestReason) characters",
                at: said.place.isEmpty ? "reason" : said.place + ".reason", of: said.kind)
        }
    }

    func words(_ outcome: Plan.Outcome, _ delegation: Delegation) -> String {
        let mailbox = directory.mailbox(delegation.mailbox)?.address.description ?? delegation.mailbox.text
        return "\(mailbox) may \(outcome == .unchanged ? "" : "now ")send for \(delegation.covers) (\(delegation.kind.rawValue))"
    }

    /// That it holds here; what the provider needs, and how long that takes; and what stands against it all the same.
    func follow(_ plan: inout Plan, with delegation: Delegation) {
        guard plan.outcome != .unchanged, let mailbox = directory.mailbox(delegation.mailbox) else { return }
        let denials = directory.denials(of: delegation.covers).filter { $0.mailbox == nil || $0.mailbox == mailbox.id }
        if let deny = denials.first {
            let name = deny.mailbox == nil ? "'*'" : mailbox.address.description.shellQuoted
            plan.warnings.append(
                "a deny entry outweighs it: `mandate delegations lift \(name) \(deny.covers.description.shellQuoted)` takes that away")
        }
        guard let source = directory.source(of: mailbox.grant) else { return }
        let provider = source.provider
        if case .pending? = delegation.derivedStanding(provider, at: now), !isProven(delegation, mailbox) {
            plan.notes.append(Self.propagation(provider))
        }
        if provider.kind == .google, delegation.kind == .onBehalf {
            plan.warnings.append(
                "\(provider.name) knows no sending on behalf of somebody: it replaces a From that is not on its list of senders; have it put there, "
                    + "and allow it as an alias")
        }
        if denials.isEmpty { warn(of: delegation, mailbox, &plan) }
        guard case .address(let address) = delegation.covers else { return }
        if provider.kind != .custom { permit(delegation, address, mailbox, &plan) }
        let keys = mailbox.transports.map { StandingKey(source.account(mailbox.login), from: address, transport: $0) }
        if keys.contains(where: { conditions.standing($0)?.isInTheWay == true }) {
            plan.warnings.append("the provider has refused this pair before: probe or clear it afterwards")
            plan.next.append(
                .command("mandate standings probe \(mailbox.address.description.shellQuoted) \(address.description.shellQuoted)"))
        }
    }

    static let unproven = "no mail takes it until a test message has proven it"

    /// What the decider will say to it as things are.
    private func warn(of delegation: Delegation, _ mailbox: Mailbox, _ plan: inout Plan) {
        var after = directory
        after.put(.delegation(delegation))
        let outlook = Decider(directory: after, conditions: conditions).outlook(of: delegation, at: now)
        let allow =
            "mandate delegations allow \(mailbox.address.description.shellQuoted) \(delegation.covers.description.shellQuoted) "
            + "--kind \(delegation.kind.rawValue)"
        switch outlook.strike {
        case .unaligned:
            plan.warnings.append(
                "no mail takes it: \(outlook.reason); `\(allow) --allow-unaligned` sends all the same, and it may not arrive")
        case .expired, .notYetValid: plan.warnings.append("no mail takes it: \(outlook.reason)")
        case .onBehalfUnproven:
            guard case .address(let address) = delegation.covers else { return }
            plan.warnings.append(Self.unproven)
            plan.next.append(
                .command(
                    "mandate standings probe \(mailbox.address.description.shellQuoted) \(address.description.shellQuoted)"))
        default: break
        }
    }

    /// Somebody, or a message, has shown that the provider permits it already.
    private func isProven(_ delegation: Delegation, _ mailbox: Mailbox) -> Bool {
        guard case .address(let address) = delegation.covers, let account = directory.account(of: mailbox) else { return false }
        return mailbox.transports.contains { transport in
            if case .proven? = conditions.standing(StandingKey(account, from: address, transport: transport)) { true } else { false }
        }
    }

    private static func propagation(_ provider: Provider) -> String {
        "\(provider.name) needs up to \(hours(provider.habits.propagation)); until then it is pending"
    }

    private static func hours(_ seconds: Double) -> String {
        seconds < 3600 ? "\(Int(seconds / 60)) min" : "\(Int(seconds / 3600)) h"
    }

    /// What the provider has to permit, where it can.
    private func permit(_ delegation: Delegation, _ address: EmailAddress, _ mailbox: Mailbox, _ plan: inout Plan) {
        let candidate = Candidate(
            author: address, mailbox: mailbox.concrete, route: delegation.route, isExact: true, priority: delegation.priority,
            delegation: delegation.id)
        for step in Remedy.permitting(candidate, in: directory) {
            switch step.kind {
            case .provider: plan.next.append(.atProvider(step.line))
            case .words: plan.warnings.append(step.line)
            // It was allowed a moment ago: whether that is taken back is for whoever reads the warning.
            case .command, .look: break
            }
        }
    }

    private func prove(_ how: String, _ plan: inout Plan) throws(AdministrationRefusal) {
        guard case .delegation(let delegation)? = plan.subject, let mailbox = directory.mailbox(delegation.mailbox),
            let account = directory.account(of: mailbox)
        else { return }
        guard case .address(let address) = delegation.covers else {
            throw AdministrationRefusal(
                .malformed, "a proof is about one address; a domain cannot be proven as a whole", at: "proven", of: .delegation)
        }
        try check(line: how, at: "proven")
        if let known = plan.warnings.firstIndex(of: Self.unproven) {
            plan.warnings.remove(at: known)
            plan.next.removeAll { if case .command = $0 { true } else { false } }
        }
        if let source = directory.source(of: mailbox.grant) { plan.notes.removeAll { $0 == Self.propagation(source.provider) } }
        plan.observations = mailbox.transports.map {
            .standing(StandingKey(account, from: address, transport: $0), .proven(at: now, how: how))
        }
        plan.journal = [
            entry(
                "proven: \(how)", of: EntityKey(.mailbox, mailbox.id.text),
                [.init(.mailbox, mailbox.login), .init(.from, address.description)])
        ]
        plan.notes.append("recorded as proven: \(how)")
    }

    private func kind(_ text: String) throws(AdministrationRefusal) -> Delegation.Kind {
        do throws(DocumentError) { return try DocumentReader(.text(text), path: "kind").choice(Delegation.Kind.self) } catch {
            throw AdministrationRefusal(error, of: .delegation)
        }
    }
}

extension Directory {
    /// For just this address or domain.
    func delegations(of covers: AddressPattern) -> [Delegation] {
        switch covers {
        case .address(let address): delegationsByAddress.entries(for: address).compactMap { delegation($0) }
        case .domain(let domain): delegationsByAddress.entries(for: domain).compactMap { delegation($0) }
        case .any: delegationsByAddress.entriesForAny.compactMap { delegation($0) }
        }
    }

    /// The same mailbox for the same in the same way.
    func twin(of delegation: Delegation) -> Delegation? {
        delegations(of: delegation.covers).first { $0.mailbox == delegation.mailbox && $0.kind == delegation.kind }
    }
}
