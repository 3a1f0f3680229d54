package import struct FoundationEssentials.Date

/// What comes of looking at a thing again, each in one step: it stays, and somebody answers for it; or it goes.
extension Administration {
    /// Days until it is looked at again, where nobody says when.
    private static let usualReview = 365.0

    /// What is not said stays as it is. `review` nil: in a year.
    package func confirm(
        _ key: EntityKey, owner: String? = nil, purpose: String? = nil, review: Date? = nil
    ) throws(AdministrationRefusal) -> Plan {
        let before = try existing(key)
        guard let stewardship = before.stewardship else {
            throw AdministrationRefusal(
                .invalid, "of a \(key.kind.noun) nobody keeps account", fix: "a grant, mailbox, family, delegation or client has an owner",
                at: "kind", of: key.kind)
        }
        guard !(owner ?? stewardship.owner).isEmpty else {
            throw AdministrationRefusal(
                .invalid, "somebody must answer for it: name the owner", at: "owner", of: key.kind)
        }
        if let review, review <= now {
            throw AdministrationRefusal(.invalid, "\(review.day) is over already", at: "review", of: key.kind)
        }
        let next = review ?? now.addingTimeInterval(Self.usualReview * 86_400)
        var patch: [DocumentValue.Entry] = [.init("review", .text(DocumentDate.text(next)))]
        if let owner { patch.append(.init("owner", .text(owner))) }
        if let purpose { patch.append(.init("purpose", .text(purpose))) }
        var plan = try change(key, by: patch)
        plan.words = "confirmed \(key.kind.noun) \(before.title): to be looked at again on \(next.day)"
        return plan
    }

    /// A right is taken back; what holds a secret or has a history is switched off, and may be removed later.
    package func retire(_ key: EntityKey) throws(AdministrationRefusal) -> Plan {
        switch key.kind {
        case .delegation: return try revoke(DelegationID(trusted: key.id))
        case .client: return try revoke(ClientID(trusted: key.id))
        case .grant, .mailbox, .family: return try change(key, by: [.init("enabled", false)])
        case .setting, .user, .provider, .application, .deny:
            throw AdministrationRefusal(
                .invalid, "a \(key.kind.noun) is not retired, but removed", fix: "`mandate --help` names the commands for each kind",
                at: "kind", of: key.kind)
        }
    }

    /// `name`: whatever it is known by.
    package func steward(_ kind: EntityKind, _ name: String) throws(AdministrationRefusal) -> EntityKey {
        switch kind {
        case .grant: return try directory.find(Grant.self, name).entity.key
        case .mailbox: return try directory.find(Mailbox.self, name).entity.key
        case .family: return try directory.find(Family.self, name).entity.key
        case .client: return try directory.find(Client.self, name).entity.key
        case .delegation, .setting, .user, .provider, .application, .deny: return try existing(EntityKey(kind, name)).key
        }
    }
}
