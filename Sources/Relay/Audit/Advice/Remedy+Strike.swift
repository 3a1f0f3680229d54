internal import Mail
internal import struct FoundationEssentials.Date

/// Which step takes which strike away; written out case by case, so that a new strike does not compile until someone has thought of its cure.
extension Remedy {
    package init(of strike: Strike, _ candidate: Candidate, _ decider: Decider) {
        let names = RouteNames(candidate, decider.directory)
        switch strike {
        case .deniedByEntry(let deny): self.init(.look(deny))
        case .onBehalfUnproven where names.kind == .google:
            self.init(
                .provider(Self.permission(.sendAs, of: candidate.author, to: candidate.mailbox.login, .google)),
                .command(
                    "mandate delegations revoke \(names.mailbox) \(names.address) --kind on-behalf",
                    "Google does not know on-behalf: allow it as send-as instead"))
        case .standingDenied(let transport, _, _), .standingDoubted(let transport, _), .rewrittenByProvider(let transport, _),
            .unlistedFromReplaced(let transport), .onBehalfUnproven(let transport):
            let over = transport == .smtp ? "" : " --over \(transport.rawValue)"
            self.init(names.permission + [.command("mandate standings probe \(names.account) \(names.address)\(over)")])
        case .reportedByClient(_, let report):
            self.init(.words("wait until \(report.until.minute)"), .command("mandate mailboxes check \(names.account)", "or ask now"))
        case .messageRefused(_, let until): self.init(.words("wait until \(until.minute), or send it with a plainer From"))
        case .pendingAndDenied(let transport, let until):
            let over = transport == .smtp ? "" : " --over \(transport.rawValue)"
            self.init(
                names.permission + [
                    .words("wait until \(until.minute)"),
                    .command("mandate standings probe \(names.account) \(names.address)\(over)", "then"),
                ])
        case .notYetValid(let from):
            self.init(.words("wait until \(from.minute); `mandate delegations allow` with another --from changes that"))
        case .expired: self.init(.command(names.allow, "for ever; --until DATE for a time"))
        case .mailboxDisabled: self.init(.command("mandate mailboxes set \(names.mailbox) --enable"))
        case .mailboxBroken, .mailboxStopped: self.init(resuming: names.account, of: names.mailbox)
        case .transportStopped(let transport, _, _): self.init(resuming: names.account, of: names.mailbox, over: transport)
        case .grantDisabled: self.init(.command("mandate grants set \(names.grantName) --enable"))
        case .grantMissing: self.init(.command("mandate mailboxes set \(names.mailbox) --grant GRANT"))
        case .grantNeedsConsent:
            self.init(.provider("consent again as \(names.principal)"), .command("mandate grants authorize \(names.grantName)"))
        case .applicationMissing: self.init(.command("mandate grants set \(names.grantName) --application APPLICATION"))
        case .applicationSuspended:
            self.init(
                .provider("make a new client secret for \(names.clientID)"),
                .command("mandate applications set \(names.application) --secret-from FILE --secret-expires DATE"))
        case .tenantPaused(let tenant, let pause):
            self.init(
                .words("wait until \(pause.until.minute): mail to the outside goes on by itself as soon as \(tenant) may send again"),
                .command("mandate applications show \(names.application)", "how much of it is used"))
        case .unaligned(let domain): self.init(names.aligning(domain))
        case .severalAuthorsRefused: self.init(.words("send it with one author"))
        case .aliasSentFromPrimary, .transportMissing, .noTransport, .tooLarge, .envelopeNotExpressible:
            self.init(.command("mandate mailboxes set \(names.mailbox) --transport smtp"))
        }
    }

    /// What the provider has to permit, so that this mailbox may send as the author; what else to do where it never can.
    static func permitting(_ candidate: Candidate, in directory: Directory) -> [Step] { RouteNames(candidate, directory).permission }

    /// To try it, and to use it again on one's word. A sign-in shows nothing of an API: only a message does. Both names are quoted already.
    init(resuming account: String, of mailbox: String, over transport: Transport? = nil) {
        let sends = transport == nil || transport == .smtp ? "" : " --outgoing"
        self.init(
            .command("mandate mailboxes check \(account)\(sends)"),
            .command("mandate mailboxes resume \(mailbox)", "when it is mended"))
    }
}

/// The names that commands call a candidate's surroundings by.
private struct RouteNames {
    let candidate: Candidate
    let mailbox: String
    /// One account, also of a family.
    let account: String
    let address: String
    let kind: ProviderKind
    let grantName: String
    let principal: String
    let application: String
    let clientID: String
    let domains: [Domain]

    init(_ candidate: Candidate, _ directory: Directory) {
        self.candidate = candidate
        address = candidate.author.description.shellQuoted
        account = candidate.mailbox.address.description.shellQuoted
        switch candidate.mailbox.row {
        case .mailbox: mailbox = account
        case .family(let id): mailbox = (directory.family(id)?.name ?? id.text).shellQuoted
        }
        kind = directory.providerKind(of: candidate.mailbox.grant)
        let row = directory.grant(candidate.mailbox.grant)
        grantName = (row?.name ?? candidate.mailbox.grant.text).shellQuoted
        principal = row?.principal ?? candidate.mailbox.login
        let app = row.flatMap { directory.application($0.application) }
        application = (app?.name ?? "APPLICATION").shellQuoted
        clientID = app?.clientID ?? "the application"
        domains = app?.domains ?? []
    }

    var allow: String { "mandate delegations allow \(mailbox) \(address) --kind \(candidate.route.rawValue)" }

    /// What the provider would have to permit, where it can: Exchange grants rights to its own tenant's addresses alone.
    var permission: [Remedy.Step] {
        guard kind == .microsoft, !isOurs(candidate.author.domain) else {
            return [.provider(Remedy.permission(candidate.route, of: candidate.author, to: candidate.mailbox.login, kind))]
        }
        return aligning(candidate.author.domain)
    }

    /// The tenant's, as far as is recorded; a mailbox's own domain is without anybody saying so.
    private func isOurs(_ domain: Domain) -> Bool {
        domains.contains(domain) || candidate.mailbox.address.domain == domain
            || domains.contains { domain.ascii.hasSuffix("." + $0.ascii) }
    }

    /// Somebody set the mailbox up in that domain, so the tenant is meant to sign for it; a mere delegation to a domain of others cannot work.
    func aligning(_ domain: Domain) -> [Remedy.Step] {
        let accept = "mandate applications set \(application)" + (domains + [domain]).map { " --domain \($0.ascii)" }.joined()
        guard !isOurs(domain) else {
            return [
                .provider("make \(domain.text) an accepted domain of the tenant and switch DKIM on for it"), .command(accept),
            ]
        }
        let revoke = candidate.delegation.map { [Remedy.Step.command("mandate delegations revoke \($0.text.shellQuoted)")] } ?? []
        return revoke + [
            .words("no tenant of ours is known to sign for \(domain.text), so mail from it fails DMARC; if it is ours after all: \(accept)")
        ]
    }
}
