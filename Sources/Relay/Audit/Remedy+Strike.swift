internal import Mail
internal import struct FoundationEssentials.Date

/// Which step takes which strike away; written out case by case, so that a new strike does not compile until someone has thought of its cure.
extension Remedy {
    init(of strike: Strike, _ candidate: Candidate, _ decider: Decider) {
        let place = Place(candidate, decider.directory)
        switch strike {
        case .deniedByEntry(let deny):
            self.init(ours: "mandate delegations lift \(place.mailbox) \(deny.covers.description.shellQuoted)")
        case .standingDenied(let transport, _, _), .standingDoubted(let transport, _), .rewrittenByProvider(let transport, _),
            .unlistedFromReplaced(let transport), .onBehalfUnproven(let transport):
            let over = transport == .smtp ? "" : " --over \(transport.rawValue)"
            self.init(provider: place.permission, ours: "mandate standings probe \(place.account) \(place.address)\(over)")
        case .reportedByClient(_, let report):
            self.init(ours: "wait until \(report.until.minute), or mandate mailboxes check \(place.account)")
        case .messageRefused(_, let until): self.init(ours: "wait until \(until.minute), or send it with a plainer From")
        case .pendingAndDenied(_, let until):
            self.init(provider: place.permission, ours: "wait until \(until.minute), then send a test")
        case .notYetValid(let from):
            self.init(ours: "wait until \(from.minute); `mandate delegations allow` with another --from changes that")
        case .expired: self.init(ours: place.allow)
        case .mailboxDisabled: self.init(ours: "mandate mailboxes set \(place.mailbox) --enable")
        case .mailboxBroken: self.init(ours: "mandate mailboxes show \(place.mailbox)")
        case .mailboxStopped(let until, _), .transportStopped(_, let until, _):
            self.init(ours: "wait until \(until.minute); mandate mailboxes show \(place.mailbox)")
        case .grantDisabled: self.init(ours: "mandate grants set \(place.grantName) --enable")
        case .grantMissing: self.init(ours: "mandate mailboxes set \(place.mailbox) --grant GRANT")
        case .grantNeedsConsent:
            self.init(provider: "consent again as \(place.principal)", ours: "mandate grants authorize \(place.grantName)")
        case .applicationMissing: self.init(ours: "mandate grants set \(place.grantName) --application APPLICATION")
        case .applicationSuspended:
            self.init(
                provider: "make a new client secret for \(place.clientID)",
                ours: "mandate applications set \(place.application) --secret-file FILE --secret-expires DATE")
        case .unaligned(let domain):
            let known = place.domains.map { " --domain \($0)" }.joined()
            self.init(
                provider: "make \(domain.text) an accepted domain of the tenant and switch DKIM on for it",
                ours: "mandate applications set \(place.application)\(known) --domain \(domain.ascii)")
        case .severalAuthorsRefused: self.init(ours: "send it with one author")
        case .aliasSentFromPrimary, .transportMissing, .noTransport, .tooLarge, .envelopeNotExpressible:
            self.init(ours: "mandate mailboxes set \(place.mailbox) --transport smtp")
        }
    }

    /// The names that commands call a candidate's surroundings by.
    private struct Place {
        let mailbox: String
        /// One account, also of a family.
        let account: String
        let address: String
        let permission: String
        let allow: String
        let grantName: String
        let principal: String
        let application: String
        let clientID: String
        let domains: [String]

        init(_ candidate: Candidate, _ directory: Directory) {
            address = candidate.author.description.shellQuoted
            account = candidate.mailbox.address.description.shellQuoted
            switch candidate.mailbox.row {
            case .mailbox: mailbox = account
            case .family(let id): mailbox = (directory.family(id)?.name ?? id.text).shellQuoted
            }
            permission = Remedy.permission(
                candidate.route, of: candidate.author, to: candidate.mailbox.login, directory.providerKind(of: candidate.mailbox.grant))
            allow = "mandate delegations allow \(mailbox) \(address) --kind \(candidate.route.rawValue)"
            let row = directory.grant(candidate.mailbox.grant)
            grantName = (row?.name ?? candidate.mailbox.grant.text).shellQuoted
            principal = row?.principal ?? candidate.mailbox.login
            let app = row.flatMap { directory.application($0.application) }
            application = (app?.name ?? "APPLICATION").shellQuoted
            clientID = app?.clientID ?? "the application"
            domains = app?.domains.map(\.ascii) ?? []
        }
    }
}
