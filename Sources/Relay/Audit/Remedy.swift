package import Mail

/// What would mend a finding: the step at the provider first, then ours. Commands are exact, to be pasted; capitals stand for what only
/// the administrator knows.
package struct Remedy: Sendable, Hashable {
    /// Empty: nothing to do there.
    package let provider: String
    package let ours: String

    init(provider: String = "", ours: String) {
        self.provider = provider
        self.ours = ours
    }

    /// For an address without a route: what the candidate needs that is nearest to being one.
    package init(for address: EmailAddress, _ refusal: Refusal, _ decider: Decider) {
        if let deny = refusal.denial {
            self.init(ours: "mandate delegations lift '*' \(deny.covers.description.shellQuoted)")
            return
        }
        let nearest = refusal.struck.first { $0.mending == refusal.mending } ?? refusal.struck.first
        if let nearest, let strike = nearest.leading {
            self.init(of: strike, nearest.candidate, decider)
        } else {
            self.init(newRouteFor: address, decider)
        }
    }

    /// Nothing speaks of the address yet: let the mailbox that carries mail anyway, or one of the same domain, send as it.
    private init(newRouteFor address: EmailAddress, _ decider: Decider) {
        guard let mailbox = Self.delegate(for: address, decider) else {
            self.init(ours: "mandate mailboxes add \(address.description.shellQuoted) --grant GRANT")
            return
        }
        let kind = decider.directory.providerKind(of: mailbox.grant)
        self.init(
            provider: Self.permission(.sendAs, of: address, to: mailbox.login, kind),
            ours: "mandate delegations allow \(mailbox.address.description.shellQuoted) \(address.description.shellQuoted) --kind send-as")
    }

    private static func delegate(for address: EmailAddress, _ decider: Decider) -> Mailbox? {
        let directory = decider.directory
        let carrier = decider.carrier(for: nil).named.flatMap { directory.mailboxes(with: $0.address).first }
        if let carrier, carrier.address.domain == address.domain { return carrier }
        let enabled = directory.allMailboxes.filter(\.isEnabled).sorted { $0.address < $1.address }
        return enabled.first { $0.address.domain == address.domain } ?? carrier ?? enabled.first
    }

    /// What the administrator of the provider has to run or do, so that `login` may send as `address`.
    package static func permission(_ route: Route, of address: EmailAddress, to login: String, _ kind: ProviderKind) -> String {
        switch (kind, route) {
        case (.microsoft, .onBehalf):
            "Set-Mailbox \(address.description.powerShellQuoted) -GrantSendOnBehalfTo @{Add=\(login.powerShellLiteral)}"
        case (.microsoft, .alias):
            "Set-Mailbox \(login.powerShellQuoted) -EmailAddresses @{Add=\(address.description.powerShellLiteral)}"
        case (.microsoft, _):
            "Add-RecipientPermission \(address.description.powerShellQuoted) -Trustee \(login.powerShellQuoted) -AccessRights SendAs"
        case (.google, _): "in Gmail as \(login): Settings, Accounts, Send mail as: add \(address) and confirm it"
        case (.custom, _): "allow \(login) to send as \(address)"
        }
    }
}

extension Directory {
    func providerKind(of grant: GrantID) -> ProviderKind {
        let application = self.grant(grant).flatMap { self.application($0.application) }
        return application.flatMap { provider($0.provider) }?.kind ?? .custom
    }
}
