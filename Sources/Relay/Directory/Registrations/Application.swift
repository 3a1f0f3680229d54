package import Mail
package import struct FoundationEssentials.Date

/// An app registration at a provider. Its secret is not here: the vault keeps it, sealed and bound to this id.
package struct Application: Sendable, Hashable {
    package internal(set) var id: ApplicationID
    package var name: String
    package var provider: ProviderID
    /// Entra's directory id (GUID or domain); empty where the provider has none.
    package var tenant: String
    package var clientID: String
    /// The certificate whose private key signs for it instead of a secret (RFC 7523 section 2.2), as PEM. The key is in the vault.
    package var certificate: String?
    /// The service account whose key signs for it (Google); its address is the issuer of every assertion.
    package var serviceAccount: ServiceAccount?
    /// In place of a secret: where this machine's own token is, which the provider takes for the application's.
    package var federatedCredential: FederatedCredential?
    /// When the secret or the certificate ends. Unknown is a warning, not a promise.
    package var secretExpires: Date?
    /// How many licences for mailboxes the tenant has, which its limits follow from; nil: nobody has said.
    package var licences: Int?
    /// The domains the tenant signs for. Empty: unknown, so everything is allowed and listed as a near miss.
    package var domains: [Domain]

    package init(
        id: ApplicationID, name: String, provider: ProviderID, tenant: String = "", clientID: String, secretExpires: Date? = nil,
        domains: [Domain] = [], certificate: String? = nil, serviceAccount: ServiceAccount? = nil,
        federatedCredential: FederatedCredential? = nil, licences: Int? = nil
    ) {
        self.id = id
        self.name = name
        self.provider = provider
        self.tenant = tenant
        self.clientID = clientID
        self.certificate = certificate
        self.serviceAccount = serviceAccount
        self.secretExpires = secretExpires
        self.domains = domains
        self.federatedCredential = federatedCredential
        self.licences = licences
    }

    package static let mostLicences = 10_000_000

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

/// A service account as its key file names it (Google: `client_email`, `private_key_id`).
package struct ServiceAccount: Sendable, Hashable, Codable {
    package var address: String
    package var keyID: String

    package init(address: String, keyID: String) {
        self.address = address
        self.keyID = keyID
    }
}
