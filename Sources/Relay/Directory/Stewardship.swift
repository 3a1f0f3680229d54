package import struct FoundationEssentials.Date

/// Who answers for a thing, what it is for, and when somebody looks at it again. Nothing is decided by it: it is for whoever has to say next year whether it may go.
package struct Stewardship: Sendable, Hashable {
    /// A person's or a team's name or address; empty: nobody.
    package var owner: String
    package var purpose: String
    /// When somebody is to look at it again; nil: nobody has said.
    package var review: Date?

    package init(owner: String = "", purpose: String = "", review: Date? = nil) {
        self.owner = owner
        self.purpose = purpose
        self.review = review
    }

    package static let none = Stewardship()

    static let keys = ["owner", "purpose", "review"]
}

extension DirectoryEntity {
    /// nil: of what kind nobody keeps account.
    package var stewardship: Stewardship? {
        switch self {
        case .grant(let grant): grant.stewardship
        case .mailbox(let mailbox): mailbox.stewardship
        case .family(let family): family.stewardship
        case .delegation(let delegation): delegation.stewardship
        case .client(let client): client.stewardship
        case .setting, .user, .provider, .application, .deny: nil
        }
    }

    /// The same thing, and others answer for it.
    func with(_ stewardship: Stewardship) -> DirectoryEntity {
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
