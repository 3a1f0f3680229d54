internal import Mail

/// What is forbidden, whatever is allowed: deny entries.
extension Administration {
    package func deny(_ said: Particulars) throws(AdministrationRefusal) -> Plan { try add(said) }

    /// Lifts one, by its id.
    package func lift(_ id: DenyID, expecting condition: String? = nil) throws(AdministrationRefusal) -> Plan {
        guard case .deny(let deny) = try existing(EntityKey(.deny, id.text), expecting: condition) else {
            preconditionFailure("a deny entry's key names a deny entry")
        }
        return lifting([deny], deny.covers)
    }

    /// Lifts what forbids a mailbox (`*`: every mailbox) just that. It grants nothing: what was possible before is possible again.
    package func lift(mailbox: String, covers: String) throws(AdministrationRefusal) -> Plan {
        let mailbox = mailbox == "*" ? nil : try directory.find(Mailbox.self, mailbox, at: "mailbox")
        let covers = try pattern(covers, orAny: true)
        let found = directory.denials(of: covers).filter { $0.mailbox == mailbox?.id }
        guard !found.isEmpty else {
            return .unchanged("nothing forbids \(mailbox?.address.description ?? "every mailbox") to send for \(covers)")
        }
        return lifting(found, covers)
    }

    private func lifting(_ denials: [Deny], _ covers: AddressPattern) -> Plan {
        var plan = Plan(
            .removed, "the deny entry for \(covers) is gone", nil, denials.map { .remove(EntityKey(.deny, $0.id.text)) })
        let ids = Set(denials.map(\.id))
        var rest = directory.denials(of: covers)
        if case .address(let address) = covers { rest += directory.denials(of: .domain(address.domain)) }
        rest += directory.denials(of: .any)
        if let other = rest.first(where: { !ids.contains($0.id) && ($0.mailbox == nil || $0.mailbox == denials.first?.mailbox) }) {
            plan.notes = ["another one still holds: \(other.id), for \(other.covers)"]
        } else {
            plan.notes = ["what was allowed holds again"]
        }
        return plan
    }

    /// Why it was forbidden stays when it is forbidden again without a word of that.
    func settle(
        _ deny: Deny, replacing before: DirectoryEntity?, _ manner: Manner, _ said: Particulars
    ) throws(AdministrationRefusal) -> Deny {
        guard deny.mailbox != nil || deny.covers != .any else {
            throw AdministrationRefusal(
                .malformed, "\"*\" for both would stop all mail", fix: "disable the mailboxes instead", at: "covers", of: .deny)
        }
        guard manner == .added, !said.says("reason"), case .deny(let known)? = before else { return deny }
        var deny = deny
        deny.reason = known.reason
        return deny
    }

    func words(_ deny: Deny) -> String {
        guard let id = deny.mailbox else { return "nobody may send for \(deny.covers), whatever is allowed" }
        return "\(directory.mailbox(id)?.address.description ?? id.text) may not send for \(deny.covers), whatever is allowed"
    }

    func pattern(_ text: String, orAny: Bool) throws(AdministrationRefusal) -> AddressPattern {
        do throws(DocumentError) { return try DocumentReader(.text(text), path: "covers").pattern(orAny: orAny) } catch {
            throw AdministrationRefusal(error)
        }
    }

    /// What people read and terminals print.
    func check(line text: String, at field: String) throws(AdministrationRefusal) {
        do throws(DocumentError) { _ = try DocumentReader(.text(text), path: field).line() } catch { throw AdministrationRefusal(error) }
    }
}

extension Directory {
    /// Of just this address, domain or `*`.
    func denials(of covers: AddressPattern) -> [Deny] {
        switch covers {
        case .address(let address): denialsByAddress.entries(for: address).compactMap { deny($0) }
        case .domain(let domain): denialsByAddress.entries(for: domain).compactMap { deny($0) }
        case .any: denialsByAddress.entriesForAny.compactMap { deny($0) }
        }
    }

    func twin(of deny: Deny) -> Deny? { denials(of: deny.covers).first { $0.mailbox == deny.mailbox } }
}
