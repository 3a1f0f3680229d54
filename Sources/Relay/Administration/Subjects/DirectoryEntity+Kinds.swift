/// What the rule book has to know of a thing of whatever kind.
extension DirectoryEntity {
    /// In every word of it; addresses are equal in any spelling, and yet another spelling is a change that somebody wanted.
    func isSame(as other: DirectoryEntity) -> Bool { EntityForm.value(self) == EntityForm.value(other) }

    /// For messages: the name people know, and the id where that is another.
    package var title: String {
        switch self {
        case .setting(let key, _): key.description
        case .user(let user): user.title
        case .provider(let provider): provider.title
        case .application(let application): application.title
        case .grant(let grant): grant.title
        case .mailbox(let mailbox): mailbox.title
        case .family(let family): family.title
        case .delegation(let delegation): delegation.id.text
        case .deny(let deny): deny.id.text
        case .client(let client): client.title
        }
    }

    var user: User? { if case .user(let user) = self { user } else { nil } }
    var client: Client? { if case .client(let client) = self { client } else { nil } }

    func with(id: String) -> DirectoryEntity {
        switch self {
        case .setting, .user, .provider: return self
        case .application(var one):
            one.id = ApplicationID(trusted: id)
            return .application(one)
        case .grant(var one):
            one.id = GrantID(trusted: id)
            return .grant(one)
        case .mailbox(var one):
            one.id = MailboxID(trusted: id)
            return .mailbox(one)
        case .family(var one):
            one.id = FamilyID(trusted: id)
            return .family(one)
        case .delegation(var one):
            one.id = DelegationID(trusted: id)
            return .delegation(one)
        case .deny(var one):
            one.id = DenyID(trusted: id)
            return .deny(one)
        case .client(var one):
            one.id = ClientID(trusted: id)
            return .client(one)
        }
    }
}
