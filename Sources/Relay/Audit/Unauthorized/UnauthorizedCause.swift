internal import Crypto
package import Mail

/// What is the matter with an address that has no way out, or with many at once: whoever mends it mends it for all of them.
package enum UnauthorizedCause: Sendable, Hashable {
    /// The setting gives no author.
    case setting(SettingKey)
    /// It is the address's own.
    case address(EmailAddress)
    /// Nothing speaks of the addresses of users in a domain.
    case users(Domain)
    case deny(DenyID)
    case delegation(DelegationID)
    case grant(GrantID)
    case application(ApplicationID)
    /// Of a family one account.
    case mailbox(ConcreteMailbox.Row, login: String)
    case carrier

    /// Of a candidate that is struck out.
    init(_ strike: Strike, _ candidate: Candidate, _ directory: Directory) {
        let application = directory.grant(candidate.mailbox.grant)?.application
        switch strike {
        case .deniedByEntry(let deny): self = .deny(deny.id)
        case .grantDisabled, .grantMissing, .grantNeedsConsent: self = .grant(candidate.mailbox.grant)
        case .applicationMissing, .applicationSuspended, .tenantPaused:
            self = application.map { .application($0) } ?? .grant(candidate.mailbox.grant)
        case .mailboxDisabled, .noTransport: self = .mailbox(candidate.mailbox.row, login: "")
        case .mailboxBroken, .mailboxStopped, .transportStopped, .transportMissing:
            self = .mailbox(candidate.mailbox.row, login: candidate.mailbox.login)
        case .unaligned:
            self = candidate.delegation.map { .delegation($0) } ?? application.map { .application($0) } ?? .address(candidate.author)
        case .notYetValid, .expired: self = candidate.delegation.map { .delegation($0) } ?? .address(candidate.author)
        case .standingDenied, .standingDoubted, .reportedByClient, .messageRefused, .pendingAndDenied, .rewrittenByProvider, .tooLarge,
            .envelopeNotExpressible, .severalAuthorsRefused, .aliasSentFromPrimary, .unlistedFromReplaced, .onBehalfUnproven:
            self = .address(candidate.author)
        }
    }

    private var words: String {
        switch self {
        case .setting(let key): "setting \(key)"
        case .address(let address): "address \(address.key)"
        case .users(let domain): "users \(domain.ascii)"
        case .deny(let id): "deny \(id)"
        case .delegation(let id): "delegation \(id)"
        case .grant(let id): "grant \(id)"
        case .application(let id): "application \(id)"
        case .mailbox(.mailbox(let id), let login): "mailbox \(id) \(login)"
        case .mailbox(.family(let id), let login): "family \(id) \(login)"
        case .carrier: "carrier"
        }
    }

    /// Eight letters and digits that name it from one report to the next, as long as it is the same that is the matter.
    func id(_ code: RefusalCode, _ strike: Strike?) -> String {
        let text = "\(words) \(code.rawValue) \(strike?.word ?? "")"
        return Array(SHA256.hash(data: Array(text.utf8)).prefix(4)).hexadecimal
    }
}

extension Strike {
    /// What it is, without the particulars that change while it stays the same.
    package var word: String {
        switch self {
        case .deniedByEntry: "denied-by-entry"
        case .standingDenied: "standing-denied"
        case .standingDoubted: "standing-doubted"
        case .reportedByClient: "reported-by-client"
        case .messageRefused: "message-refused"
        case .pendingAndDenied: "pending-and-denied"
        case .rewrittenByProvider: "rewritten-by-provider"
        case .notYetValid: "not-yet-valid"
        case .expired: "expired"
        case .mailboxDisabled: "mailbox-disabled"
        case .mailboxBroken: "mailbox-broken"
        case .mailboxStopped: "mailbox-stopped"
        case .transportStopped: "transport-stopped"
        case .tooLarge: "too-large"
        case .envelopeNotExpressible: "envelope-not-expressible"
        case .grantDisabled: "grant-disabled"
        case .grantMissing: "grant-missing"
        case .grantNeedsConsent: "grant-needs-consent"
        case .applicationMissing: "application-missing"
        case .applicationSuspended: "application-suspended"
        case .tenantPaused: "tenant-paused"
        case .unaligned: "unaligned"
        case .severalAuthorsRefused: "several-authors-refused"
        case .aliasSentFromPrimary: "alias-sent-from-primary"
        case .unlistedFromReplaced: "unlisted-from-replaced"
        case .onBehalfUnproven: "on-behalf-unproven"
        case .transportMissing: "transport-missing"
        case .noTransport: "no-transport"
        }
    }
}
