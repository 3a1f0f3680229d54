package import Mail

/// Why an application sends; each purpose has a setting that names its author.
package enum Purpose: String, Sendable, Hashable, CaseIterable {
    case notification
    case adHoc = "ad-hoc"
    case administrator
}

/// What a client may do at all; what it may send as is its limits' business.
package enum Role: String, Sendable, Hashable, CaseIterable {
    /// Changes what others decide by. May read everything, but sends nothing and gets no token.
    case administrator
    /// Reads everything, changes nothing.
    case auditor
    /// Asks and sends, within its limits.
    case sender
}

/// A program that may ask or send, or a person who administers or audits.
package struct Client: Sendable, Hashable {
    /// How a client is recognised.
    package enum Credential: Sendable, Hashable {
        /// SHA-256 of a random 256-bit key: a fast hash is enough, since nothing that long can be guessed.
        case key(sha256: [UInt8])
        /// For a printer that cannot sign in.
        case network(Network)
        /// The peer's uid on the local socket.
        case uid(UInt32)
        /// A person's, for the console alone.
        case password(PasswordHash)
    }

    /// That it may have the access token of one mailbox, or of any address of a family: what a token can do at the provider, no limit of ours limits.
    package struct TokenRight: Sendable, Hashable {
        package var row: ConcreteMailbox.Row
        /// The second, named consent: the token opens every mailbox of an app-only grant, not this one alone.
        package var coversWholeGrant: Bool

        package init(_ row: ConcreteMailbox.Row, coversWholeGrant: Bool = false) {
            self.row = row
            self.coversWholeGrant = coversWholeGrant
        }
    }

    /// What a client may ask for: these purposes AND these addresses. Empty means no limit on that side.
    package struct Limits: Sendable, Hashable {
        package var purposes: Set<Purpose>
        package var addresses: [AddressPattern]

        package init(purposes: Set<Purpose> = [], addresses: [AddressPattern] = []) {
            self.purposes = purposes
            self.addresses = addresses
        }

        package var areEmpty: Bool { purposes.isEmpty && addresses.isEmpty }
    }

    package internal(set) var id: ClientID
    package var name: String
    package var credential: Credential
    package var limits: Limits
    /// The purpose of a message that names none.
    package var defaultPurpose: Purpose?
    /// The application's current user where a message names none: a program that one person runs.
    package var defaultUser: UserID?
    /// Who the author is when the message's From cannot be used.
    package var authorIfUnusable: EmailAddress?
    package var noticeAddress: EmailAddress?
    package var roles: Set<Role>
    package var tokenRights: [TokenRight]
    /// Held to the grammar of From: what breaks it is refused, also where it is plain what was meant.
    package var isStrict: Bool
    package var quota: Quota
    package var isEnabled: Bool
    package var stewardship: Stewardship

    package init(
        id: ClientID, name: String, credential: Credential, limits: Limits = Limits(), defaultPurpose: Purpose? = nil,
        defaultUser: UserID? = nil, authorIfUnusable: EmailAddress? = nil, noticeAddress: EmailAddress? = nil, roles: Set<Role> = [.sender],
        tokenRights: [TokenRight] = [], isStrict: Bool = false, quota: Quota = Quota(), isEnabled: Bool = true,
        stewardship: Stewardship = .none
    ) {
        self.id = id
        self.name = name
        self.credential = credential
        self.limits = limits
        self.defaultPurpose = defaultPurpose
        self.defaultUser = defaultUser
        self.authorIfUnusable = authorIfUnusable
        self.noticeAddress = noticeAddress
        self.roles = roles
        self.tokenRights = tokenRights
        self.isStrict = isStrict
        self.quota = quota
        self.isEnabled = isEnabled
        self.stewardship = stewardship
    }
}
