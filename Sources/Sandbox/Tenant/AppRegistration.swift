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

    package var clientID: String
    package var name: String
    package var secrets: [Secret]
    package var appOnly: AppOnlyScope

    package init(clientID: String, name: String, secrets: [Secret], appOnly: AppOnlyScope = .none) {
        self.clientID = clientID
        self.name = name
        self.secrets = secrets
        self.appOnly = appOnly
    }
}
