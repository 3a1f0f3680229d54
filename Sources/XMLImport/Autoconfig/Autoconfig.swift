/// What a mail service says of itself in a `config-v1.1.xml` (draft-ietf-mailmaint-autoconfig): the servers in its order of preference, and
/// where OAuth2 tokens are had. Who wrote the file is not known, so nothing of it is believed yet.
package struct Autoconfig: Sendable, Hashable {
    package let id: String
    /// Whose mail it carries; MX hosts may be among them.
    package let domains: [String]
    package let displayName: String?
    package let displayShortName: String?
    package let incoming: [Server]
    package let outgoing: [Server]
    package let oauth2: OAuth2?

    package struct Server: Sendable, Hashable {
        /// Others, such as `ews` and `exchange`, are no ways that Mandate knows.
        package enum Kind: String, Sendable, Hashable { case imap, pop3, smtp }

        package enum SocketType: Sendable, Hashable { case plain, startTLS, implicit }

        package enum Authentication: Sendable, Hashable { case oauth2, passwordCleartext, passwordEncrypted, none, clientAddress }

        package let kind: Kind
        package let hostname: String
        package let port: Int
        package let socketType: SocketType
        /// In the file's order; those nobody knows are left out.
        package let authentications: [Authentication]
    }

    package struct OAuth2: Sendable, Hashable {
        /// Mostly a host name, sometimes a URL; missing in some files.
        package let issuer: String?
        package let scopes: [String]
        package let authorizationAddress: String
        package let tokenAddress: String
    }

    package init(_ bytes: [UInt8]) throws(ImportProblem) {
        self = try AutoconfigReader(root: XMLDocument.root(of: bytes)).autoconfig()
    }

    init(
        id: String, domains: [String], displayName: String?, displayShortName: String?, incoming: [Server], outgoing: [Server],
        oauth2: OAuth2?
    ) {
        self.id = id
        self.domains = domains
        self.displayName = displayName
        self.displayShortName = displayShortName
        self.incoming = incoming
        self.outgoing = outgoing
        self.oauth2 = oauth2
    }
}
