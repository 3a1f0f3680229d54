package import Mail

/// One thing that a file says, before anybody has looked at the directory.
package struct ImportItem: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        case right(ImportedRight)
        /// A user whose mail is from this address.
        case user(UserID, EmailAddress)
        case setting(SettingKey, String, why: String)
        case account(ImportedAccount)
        case skipped(String)
        case noted(String)
    }

    /// From 1; nil: the file as a whole.
    package let line: Int?
    /// In the file's own words.
    package let thing: String
    package let content: Content

    package init(_ line: Int?, _ thing: String, _ content: Content) {
        self.line = line
        self.thing = thing
        self.content = content
    }
}

/// That somebody sends for an address, with both named as the file names them.
package struct ImportedRight: Sendable, Hashable {
    /// By address or login, or by what a user is called.
    package let holder: String
    /// Several names of the same, the surest first: an address, `@domain`, or what a user or mailbox is called.
    package let covers: [String]
    /// nil: the file does not know.
    package let kind: Delegation.Kind?
    package let isDenied: Bool
    /// Where it is from.
    package let reason: String

    package init(holder: String, covers: [String], kind: Delegation.Kind? = nil, isDenied: Bool = false, reason: String) {
        self.holder = holder
        self.covers = covers
        self.kind = kind
        self.isDenied = isDenied
        self.reason = reason
    }
}

/// An account with a token of its own, as a proxy keeps it; never with its secrets.
package struct ImportedAccount: Sendable, Hashable {
    /// `client_credentials` and the like; nil: by consent.
    package enum Flow: Sendable, Hashable { case consent, appOnly }

    package let address: EmailAddress
    /// Who consents.
    package let principal: String
    package let flow: Flow
    package let tokenEndpoint: String
    package let authorizationEndpoint: String?
    package let scopes: String
    package let clientID: String
    package let hasSecret: Bool
    /// Of mail servers that the file names; nil: none, or it is not to be told which is meant.
    package let smtp: MailEndpoint?
}

/// The things of a file in its order, with what its reader knows beside them.
package typealias ImportReading = [ImportItem]

/// Makes things of a file's octets, by its kind. Users are read by `UserImport`, since there may be a million.
package enum ImportReader {
    package static func read(
        _ bytes: [UInt8], as kind: ImportKind, choices: ImportChoices, xml: any XMLReader
    ) throws(ImportFault) -> ImportReading {
        guard bytes.count <= kind.largest else {
            throw ImportFault("the file has more than \(kind.largest) bytes, which no such file needs")
        }
        guard bytes.contains(where: { $0 > 0x20 }) else { throw ImportFault("the file is empty") }
        switch kind {
        case .users: preconditionFailure("users are read one by one")
        case .settings: return try SettingsFile.items(bytes, xml)
        case .exchangePermissions: return try ExchangePermissions.items(try ImportText.decoded(bytes))
        case .gmailSendAs: return try GmailSenderList.items(bytes, mailbox: choices.mailbox)
        case .postfixLogins: return try PostfixTable(try ImportText.decoded(bytes)).logins
        case .postfixGeneric: return try PostfixTable(try ImportText.decoded(bytes)).generic
        case .emailOAuth2Proxy: return try ProxyConfiguration(try ImportText.decoded(bytes)).items
        }
    }
}
