package import Relay

/// In tests a login alone is the account at the fake company's provider.
extension Account: ExpressibleByStringLiteral {
    package init(stringLiteral login: String) { self.init(provider: FakeCompany.provider.id, login: login) }
}
