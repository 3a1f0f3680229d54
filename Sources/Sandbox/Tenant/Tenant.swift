/// One organisation at the pretend provider: who it is, which programs it registered, which mailboxes it has and who may send as whom.
package struct Tenant: Sendable, Hashable {
    /// The directory id. A verified domain may stand for it in a token address.
    package var id: String
    package var domains: [String]
    package var applications: [AppRegistration]
    package var mailboxes: [HostedMailbox]
    package var grants: [SendingGrant]
    /// Addresses of the hosted domains that exist but have no mailbox here: groups, contacts, shared boxes.
    package var otherRecipients: Set<String>

    package init(
        id: String, domains: [String], applications: [AppRegistration] = [], mailboxes: [HostedMailbox] = [],
        grants: [SendingGrant] = [], otherRecipients: Set<String> = []
    ) {
        self.id = id
        self.domains = domains
        self.applications = applications
        self.mailboxes = mailboxes
        self.grants = grants
        self.otherRecipients = otherRecipients
    }

    func application(_ clientID: String) -> AppRegistration? {
        applications.first { $0.clientID.lowercased() == clientID.lowercased() }
    }

    func mailbox(login: String) -> HostedMailbox? {
        mailboxes.first { $0.login.lowercased() == login.lowercased() }
    }

    /// Whether the login may put this address into From: its own, an alias, or one it was granted.
    func mayUse(_ address: String, login: String, sender: String?) -> Bool {
        guard let mailbox = mailbox(login: login) else { return false }
        if mailbox.owns(address) { return true }
        let granted = grants.filter { $0.login.lowercased() == login.lowercased() && $0.address.lowercased() == address.lowercased() }
        // Send As wins where both are held; Send on Behalf shows the delegate, so over SMTP the message must name it.
        if granted.contains(where: { $0.kind == .sendAs }) { return true }
        guard let sender, granted.contains(where: { $0.kind == .onBehalf }) else { return false }
        return mailbox.owns(sender)
    }

    /// Whether an envelope sender is acceptable: as above, but on-behalf needs no Sender field here.
    func mayUseAsEnvelope(_ address: String, login: String) -> Bool {
        mayUse(address, login: login, sender: mailbox(login: login)?.address)
    }

    func hosts(_ address: String) -> Bool {
        guard let at = address.lastIndex(of: "@") else { return false }
        let domain = address[address.index(after: at)...].lowercased()
        return domains.contains { $0.lowercased() == domain }
    }

    func knowsRecipient(_ address: String) -> Bool {
        mailboxes.contains { $0.takesMail(to: address) } || otherRecipients.contains { $0.lowercased() == address.lowercased() }
    }
}
