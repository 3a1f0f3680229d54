package import Relay

extension DirectoryEntity {
    /// The same, where somebody answers for such things.
    package func with(_ stewardship: Stewardship) -> DirectoryEntity {
        switch self {
        case .grant(var grant):
            grant.stewardship = stewardship
            return .grant(grant)
        case .mailbox(var mailbox):
            mailbox.stewardship = stewardship
            return .mailbox(mailbox)
        case .family(var family):
            family.stewardship = stewardship
            return .family(family)
        case .delegation(var delegation):
            delegation.stewardship = stewardship
            return .delegation(delegation)
        case .client(var client):
            client.stewardship = stewardship
            return .client(client)
        case .setting, .user, .provider, .application, .deny: return self
        }
    }
}
