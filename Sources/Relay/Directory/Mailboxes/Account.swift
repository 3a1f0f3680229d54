/// A login at a provider: what mail goes through, and what standings, stops, pace and counts are kept by. While a house moves from one provider to another its
/// logins exist at both, and are two accounts each: what one provider says or allows is nothing to the other.
package struct Account: Sendable, Hashable, Comparable {
    package let provider: ProviderID
    package let login: String

    package init(provider: ProviderID, login: String) {
        self.provider = provider
        self.login = login
    }

    package static func < (left: Self, right: Self) -> Bool { (left.login, left.provider) < (right.login, right.provider) }
}

extension Directory {
    /// nil: the grant leads to none.
    package func provider(of grant: GrantID) -> ProviderID? { self.grant(grant).flatMap { application($0.application) }?.provider }

    /// nil: its grant leads to no provider, so nothing can be known of it.
    package func account(of mailbox: Mailbox) -> Account? {
        provider(of: mailbox.grant).map { Account(provider: $0, login: mailbox.login) }
    }
}
