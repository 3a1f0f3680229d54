package import Mail

/// One of the application's people (or system accounts), as the application knows them.
/// The id is the application's own: it may look like an address, and it never changes.
package struct User: Sendable, Hashable {
    package let id: UserID
    /// What recipients see before the address; empty when the application has none.
    package var name: String
    /// The name this user signs in with at the provider, where it differs from the address (a family uses it).
    package var login: String?
    /// The first entry is the primary address.
    package var addresses: [UserAddress]

    package init(id: UserID, name: String, login: String? = nil, addresses: [UserAddress]) {
        self.id = id
        self.name = name
        self.login = login
        self.addresses = addresses
    }

    package var primaryAddress: UserAddress? { addresses.first }
}

/// An address of a user; the user or the administrator can switch each on or off by itself.
package struct UserAddress: Sendable, Hashable {
    package var address: EmailAddress
    package var isOn: Bool

    package init(_ address: EmailAddress, isOn: Bool = true) {
        self.address = address
        self.isOn = isOn
    }
}

/// What a user writes under.
struct Byline: Sendable, Hashable {
    /// nil: the application has none.
    let name: String?
    let primary: UserAddress?
}

extension Byline {
    init(_ user: User) { self.init(name: user.name.isEmpty ? nil : user.name, primary: user.primaryAddress) }

    /// What recipients see, if mail can be from them.
    var author: NamedAddress? { primary.flatMap { $0.isOn ? NamedAddress(name: name, address: $0.address) : nil } }
}
