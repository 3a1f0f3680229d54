/// What somebody asks about before it is done: whose mail would go another way?
package enum WhatIf: Sendable, Hashable {
    /// It goes, with what cannot be without it.
    case gone(EntityKind, String)
    /// A mailbox, family or grant is switched off.
    case off(EntityKind, String)
    /// A setting has another value; nil: none.
    case setting(String, String?)
    /// The secret or certificate of an application ends, or its tokens are had no more.
    case secretGone(String)
    /// The consent of a grant ends.
    case consentGone(String)
}

extension WhatIf {
    /// What a request calls it: a kind of thing, `setting`, an application's `secret`, a grant's `consent`; nil: nothing is called so.
    package init?(_ kind: String, _ name: String, value: String?, isOff: Bool) {
        switch kind {
        case "setting": self = .setting(name, value)
        case "secret": self = .secretGone(name)
        case "consent": self = .consentGone(name)
        default:
            guard let entity = EntityKind(rawValue: kind), entity != .deny else { return nil }
            self = isOff ? .off(entity, name) : .gone(entity, name)
        }
    }
}

extension Administration {
    /// Directory and conditions as they would be.
    package func snapshot(if question: WhatIf) throws(AdministrationRefusal) -> Snapshot {
        switch question {
        case .gone(let kind, let name):
            let gone = try remove([try find(kind, name).key], cascades: true).gone
            return changed(gone.map { .remove($0) })
        case .off(let kind, let name): return changed([.put(try off(try find(kind, name)))])
        case .setting(let key, let value): return after(try set(key, to: value)).snapshot
        case .secretGone(let name):
            let application = try directory.find(Application.self, name)
            return seen(.application(application.id, ApplicationHealth(suspendedSince: now, reason: "its secret is gone")))
        case .consentGone(let name):
            let grant = try directory.find(Grant.self, name)
            return seen(.grant(grant.id, .needsConsent(since: now, reason: "its consent is gone")))
        }
    }

    private func changed(_ changes: [DirectoryChange]) -> Snapshot {
        var directory = directory
        directory.apply(changes, edition: directory.edition)
        return Snapshot(directory: directory, conditions: conditions)
    }

    private func seen(_ observation: Observation) -> Snapshot {
        var conditions = conditions
        // They are others, though no store has them.
        conditions.apply([observation], revision: conditions.revision + 1)
        return Snapshot(directory: directory, conditions: conditions)
    }

    private func find(_ kind: EntityKind, _ name: String) throws(AdministrationRefusal) -> DirectoryEntity {
        switch kind {
        case .mailbox, .family: return try directory.mailboxOrFamily(name)
        case .grant: return try directory.find(Grant.self, name).entity
        case .application: return try directory.find(Application.self, name).entity
        case .user: return try directory.find(User.self, name).entity
        case .client: return try directory.find(Client.self, name).entity
        case .provider, .delegation, .deny, .setting:
            guard let found = directory.entity(EntityKey(kind, name)) else {
                throw AdministrationRefusal(
                    .notFound, "there is no \(kind.noun) \(name)", fix: "`mandate \(kind.plural) list` has them", of: kind)
            }
            return found
        }
    }

    private func off(_ entity: DirectoryEntity) throws(AdministrationRefusal) -> DirectoryEntity {
        switch entity {
        case .mailbox(var mailbox):
            mailbox.isEnabled = false
            return .mailbox(mailbox)
        case .family(var family):
            family.isEnabled = false
            return .family(family)
        case .grant(var grant):
            grant.isEnabled = false
            return .grant(grant)
        case .setting, .user, .provider, .application, .delegation, .deny, .client:
            throw AdministrationRefusal(
                .invalid, "a \(entity.kind.noun) is not switched off", fix: "ask what would be if it were gone", of: entity.kind)
        }
    }
}
