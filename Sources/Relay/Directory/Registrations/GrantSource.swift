/// Where a grant leads: everything a token request is made of but the secrets.
///
/// A class, though nothing in it changes, because every decision carries it along: as a value, each copy would be thirty references counted.
package final class GrantSource: Sendable {
    package let grant: Grant
    package let application: Application
    package let provider: Provider

    package init(grant: Grant, application: Application, provider: Provider) {
        self.grant = grant
        self.application = application
        self.provider = provider
    }

    package func account(_ login: String) -> Account { Account(provider: provider.id, login: login) }
}

extension Directory {
    /// nil: the grant, its application or the provider is gone.
    package func source(of id: GrantID) -> GrantSource? { grant(id).flatMap { source(of: $0) } }

    /// Of one that may not be kept yet.
    func source(of grant: Grant) -> GrantSource? {
        guard let application = application(grant.application), let provider = provider(application.provider) else { return nil }
        return GrantSource(grant: grant, application: application, provider: provider)
    }

    /// Whether a grant's tokens are those of the person whose mailbox this login is: the one who was to consent. A consent for several mailboxes that names
    /// nobody is that of whoever signed in, and which of them that was is not known.
    package func isOwner(_ login: String, of grant: Grant) -> Bool {
        guard grant.kind == .consent else { return false }
        let principal = grant.principal ?? login
        return principal.lowercased() == login.lowercased()
            && (grant.principal != nil || mailboxes(of: grant.id).allSatisfy { $0.login.lowercased() == principal.lowercased() })
    }
}

extension GrantSource: Hashable {
    package static func == (left: GrantSource, right: GrantSource) -> Bool {
        left === right || (left.grant == right.grant && left.application == right.application && left.provider == right.provider)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(grant.id) }
}
