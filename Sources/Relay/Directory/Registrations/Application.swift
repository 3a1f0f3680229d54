package import Mail
package import struct FoundationEssentials.Date

/// An app registration at a provider. Its secret is not here: the vault keeps it, sealed and bound to this id.
package struct Application: Sendable, Hashable {
    package let id: ApplicationID
    package var name: String
    package var provider: ProviderID
    /// Entra's directory id (GUID or domain); empty where the provider has none.
    package var tenant: String
    package var clientID: String
    /// When the secret ends. Unknown is a warning, not a promise.
    package var secretExpires: Date?
    /// The domains the tenant signs for. Empty: unknown, so everything is allowed and listed as a near miss.
    package var domains: [Domain]

    package init(
        id: ApplicationID, name: String, provider: ProviderID, tenant: String = "", clientID: String, secretExpires: Date? = nil,
        domains: [Domain] = []
    ) {
        self.id = id
        self.name = name
        self.provider = provider
        self.tenant = tenant
        self.clientID = clientID
        self.secretExpires = secretExpires
        self.domains = domains
    }

    /// A tenant becomes a step in the token endpoint's path, so it may hold nothing that would make another URL of it.
    package static func isTenant(_ text: String) -> Bool {
        text.utf8.count <= 255 && text.utf8.contains { $0 != UInt8(ascii: ".") }
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
    }
}

/// What tokens are had from.
package struct Grant: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Authorisation code or device code; a refresh token is kept.
        case consent
        /// Client credentials; one token serves many mailboxes.
        case appOnly = "app-only"
        /// JWT bearer (RFC 7523); one token per mailbox.
        case serviceAccount = "service-account"
        /// An external program prints the token.
        case command
    }

    package let id: GrantID
    package var name: String
    package var kind: Kind
    package var application: ApplicationID
    /// Who must consent, by login; nil for app-only grants, which no person gives.
    package var principal: String?
    package var isEnabled: Bool

    package init(
        id: GrantID, name: String, kind: Kind, application: ApplicationID, principal: String? = nil, isEnabled: Bool = true
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.application = application
        self.principal = principal
        self.isEnabled = isEnabled
    }

    /// Families can only stand on a grant that opens more than one mailbox.
    package var opensManyMailboxes: Bool { kind == .appOnly || kind == .serviceAccount }
}
