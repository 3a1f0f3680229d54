/// What other programs keep that says who may send as whom, by the names that commands, API and console have for it.
package enum ImportKind: String, Sendable, Hashable, CaseIterable {
    case users, settings
    case exchangePermissions = "exchange-permissions"
    case gmailSendAs = "gmail-send-as"
    case postfixLogins = "postfix-logins"
    case postfixGeneric = "postfix-generic"
    case emailOAuth2Proxy = "email-oauth2-proxy"

    /// For people.
    package var title: String {
        switch self {
        case .users: "Users"
        case .settings: "Settings of an issue tracker"
        case .exchangePermissions: "Exchange permissions"
        case .gmailSendAs: "Gmail's list of senders"
        case .postfixLogins: "Postfix sender_login_maps"
        case .postfixGeneric: "Postfix generic"
        case .emailOAuth2Proxy: "email-oauth2-proxy"
        }
    }

    /// What the file is.
    package var source: String {
        switch self {
        case .users: "CSV (id,name,address,login,…), LDIF, or XML with an element for each user"
        case .settings: "XML or Java properties with EMAIL_FROM_USER_ID and the settings beside it"
        case .exchangePermissions: "CSV of Get-RecipientPermission, or of mailboxes with their GrantSendOnBehalfTo"
        case .gmailSendAs: "JSON of users.settings.sendAs.list"
        case .postfixLogins: "the text of smtpd_sender_login_maps"
        case .postfixGeneric: "the text of smtp_generic_maps"
        case .emailOAuth2Proxy: "emailproxy.config"
        }
    }

    /// What somebody else let the mailbox do at the provider already.
    var isGrantedAtProvider: Bool { self == .exchangePermissions || self == .gmailSendAs }

    /// Octets. Of users a million have 80 MB as CSV and 250 as LDIF; the largest of the others is a table of addresses, with a line for each.
    package var largest: Int { self == .users ? 256 << 20 : 16 << 20 }
}

/// What whoever imports says beside the file.
package struct ImportChoices: Sendable, Hashable {
    /// Whose list it is, where the file does not say.
    package var mailbox: String?
    /// Through which mailboxes that are missing are made.
    package var mailboxGrant: String?
    /// How a mailbox sends for another's address, where the file does not say: what is usual at its provider, if nobody says.
    package var delegationKind: Delegation.Kind?

    package init(mailbox: String? = nil, mailboxGrant: String? = nil, delegationKind: Delegation.Kind? = nil) {
        self.mailbox = mailbox
        self.mailboxGrant = mailboxGrant
        self.delegationKind = delegationKind
    }
}
