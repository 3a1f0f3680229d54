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

    package internal(set) var id: GrantID
    package var name: String
    package var kind: Kind
    package var application: ApplicationID
    /// Who must consent, by login; nil for app-only grants, which no person gives.
    package var principal: String?
    /// Who did consent: kept from the first consent on, because a login can be given to someone else.
    package var pin: PrincipalPin?
    /// The program and its arguments that print a token, for the kind `command`.
    package var command: [String]
    package var isEnabled: Bool
    package var stewardship: Stewardship

    package init(
        id: GrantID, name: String, kind: Kind, application: ApplicationID, principal: String? = nil, isEnabled: Bool = true,
        pin: PrincipalPin? = nil, command: [String] = [], stewardship: Stewardship = .none
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.application = application
        self.principal = principal
        self.pin = pin
        self.command = command
        self.isEnabled = isEnabled
        self.stewardship = stewardship
    }

    /// Families can only stand on a grant that opens more than one mailbox.
    package var opensManyMailboxes: Bool { kind == .appOnly || kind == .serviceAccount }
}

/// The person behind a consent, by names that are never given to anyone else: Entra's tenant and object id, elsewhere issuer and subject
/// (OpenID Connect Core 5.7).
package struct PrincipalPin: Sendable, Hashable, Codable, CustomStringConvertible {
    package var realm: String
    package var subject: String

    package init(realm: String, subject: String) {
        self.realm = realm
        self.subject = subject
    }

    package var description: String { "\(subject) of \(realm)" }
}
