/// A program registered in a tenant: its id, its secrets, and which mailboxes it may open without a user.
package struct AppRegistration: Sendable, Hashable {
    package struct Secret: Sendable, Hashable {
        package var value: String
        /// Seconds since 1970; nil: never.
        package var expires: Double?

        package init(_ value: String, expires: Double? = nil) {
            self.value = value
            self.expires = expires
        }
    }

    /// What the administrator assigned to the service principal (App RBAC, or FullAccess per mailbox).
    package enum AppOnlyScope: Sendable, Hashable {
        case none
        case mailboxes([String])
        case everyMailbox

        func contains(_ login: String) -> Bool {
            switch self {
            case .none: false
            case .mailboxes(let logins): logins.contains { $0.lowercased() == login.lowercased() }
            case .everyMailbox: true
            }
        }
    }

    /// A service account whose key signs in the name of users (domain-wide delegation).
    package struct ServiceAccount: Sendable, Hashable {
        package var address: String
        package var publicKeyPEM: String
        /// What an administrator authorised it for.
        package var scopes: Set<String>

        package init(address: String, publicKeyPEM: String, scopes: Set<String>) {
            self.address = address
            self.publicKeyPEM = publicKeyPEM
            self.scopes = scopes
        }
    }

    /// Whose tokens are taken for its own (federated identity credential), compared to the letter, with the key that the issuer publishes.
    package struct FederatedIdentity: Sendable, Hashable {
        package var issuer: String
        package var subject: String
        package var audience: String
        package var publicKeyPEM: String

        package init(issuer: String, subject: String, audience: String = "api://AzureADTokenExchange", publicKeyPEM: String) {
            self.issuer = issuer
            self.subject = subject
            self.audience = audience
            self.publicKeyPEM = publicKeyPEM
        }
    }

    package var clientID: String
    package var name: String
    package var secrets: [Secret]
    package var appOnly: AppOnlyScope
    /// Compared to the letter.
    package var redirectURIs: [String]
    /// For trying out, where the address has an id that nobody knows yet: this machine at any port and path.
    package var allowsAnyLocalRedirect = false
    /// Certificates whose keys may sign for it, as PEM.
    package var certificates: [String]
    package var serviceAccount: ServiceAccount?
    package var federatedIdentities: [FederatedIdentity] = []
    /// Application permissions that an administrator has consented to (Entra, API permissions). A token has those of the moment it was made, and keeps to them.
    package var roles: Set<String> = ["SMTP.SendAsApp", "IMAP.AccessAsApp", "POP.AccessAsApp", "Mail.Send"]

    package init(
        clientID: String, name: String, secrets: [Secret], appOnly: AppOnlyScope = .none, redirectURIs: [String] = [],
        certificates: [String] = [], serviceAccount: ServiceAccount? = nil
    ) {
        self.redirectURIs = redirectURIs
        self.certificates = certificates
        self.serviceAccount = serviceAccount
        self.clientID = clientID
        self.name = name
        self.secrets = secrets
        self.appOnly = appOnly
    }

    func redirects(to address: String) -> Bool {
        redirectURIs.contains(address)
            || allowsAnyLocalRedirect && ["http://localhost:", "http://127.0.0.1:"].contains { address.hasPrefix($0) }
    }
}
