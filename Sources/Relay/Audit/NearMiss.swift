internal import Mail
internal import struct FoundationEssentials.Date

/// Something that works today and may not tomorrow.
package struct NearMiss: Sendable, Hashable, Comparable {
    package enum Kind: String, Sendable, Hashable, CaseIterable, Comparable {
        /// The provider has not yet had the time it needs to act on a right.
        case pending
        /// Whether the tenant signs for the domain is not recorded: DMARC may fail.
        case alignmentUnknown = "alignment-unknown"
        case secretExpiring = "secret-expiring"
        case secretEndUnknown = "secret-end-unknown"
        /// One mailbox stands for so many addresses that its loss would be theirs.
        case oneForMany = "one-for-many"

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    package let kind: Kind
    /// An address, a domain, an application or a mailbox.
    package let subject: String
    package let reason: String
    /// How many addresses depend on it.
    package let count: Int
    package let remedy: Remedy

    package static func < (left: Self, right: Self) -> Bool { (left.kind, left.subject) < (right.kind, right.subject) }
}

/// Collects near misses from decisions, one entry for each cause rather than for each of perhaps a million addresses.
struct NearMissCollector: Sendable {
    /// A secret takes people and approvals to renew; a month is what those take.
    private static let warning: Double = 30 * 86400
    /// Above this many, one revoked permission or one stolen token is a matter of the whole house; a team's shared mailbox stays below.
    private static let many = 20

    private struct Alignment: Hashable {
        let application: ApplicationID
        let domain: Domain
    }

    private let withoutSecret: Set<ApplicationID>
    private var pending: [NearMiss] = []
    private var alignments: [Alignment: Int] = [:]
    private var applications: [ApplicationID: Int] = [:]
    private var delegates: [MailboxID: Int] = [:]

    init(withoutSecret: Set<ApplicationID>) { self.withoutSecret = withoutSecret }

    mutating func add(_ decision: Decision) {
        let chosen = decision.candidate
        let application = decision.source.application
        applications[application.id, default: 0] += 1
        if application.domains.isEmpty {
            alignments[Alignment(application: application.id, domain: chosen.author.domain), default: 0] += 1
        }
        if case .mailbox(let id) = chosen.mailbox.row, chosen.delegation != nil { delegates[id, default: 0] += 1 }
        guard case .pending(let until, _, _)? = decision.standing else { return }
        pending.append(
            NearMiss(
                kind: .pending, subject: chosen.author.description,
                reason: "\(chosen): granted, but the provider may need until \(until.minute)", count: 1,
                remedy: Remedy(ours: "send a test after \(until.minute)")))
    }

    func finish(directory: Directory, at now: Date) -> [NearMiss] {
        var found = pending
        for (alignment, count) in alignments { found.append(Self.nearMiss(alignment, count, directory)) }
        for (id, count) in applications {
            if let application = directory.application(id), let miss = secret(of: application, count, directory, at: now) {
                found.append(miss)
            }
        }
        for (id, count) in delegates where count > Self.many {
            guard let mailbox = directory.mailbox(id) else { continue }
            found.append(
                NearMiss(
                    kind: .oneForMany, subject: mailbox.address.description,
                    reason: "it is the only way out for \(count) addresses of others",
                    count: count, remedy: Remedy(ours: "mandate mailboxes add --family @\(mailbox.address.domain.ascii) --grant GRANT")))
        }
        return found.sorted()
    }

    private static func nearMiss(_ alignment: Alignment, _ count: Int, _ directory: Directory) -> NearMiss {
        let name = directory.application(alignment.application)?.name ?? alignment.application.text
        return NearMiss(
            kind: .alignmentUnknown, subject: alignment.domain.text,
            reason: "whether the tenant of \(name) signs for \(alignment.domain.text) is not recorded", count: count,
            remedy: Remedy(
                provider: "check that \(alignment.domain.text) is an accepted domain of the tenant and that DKIM is on for it",
                ours: "mandate applications set \(name.shellQuoted) --domain \(alignment.domain.ascii)"))
    }

    private func secret(of application: Application, _ count: Int, _ directory: Directory, at now: Date) -> NearMiss? {
        let remedy = Remedy(
            provider: "make a new client secret for \(application.clientID)",
            ours: "mandate applications set \(application.name.shellQuoted) --secret-file FILE --secret-expires DATE")
        guard let end = application.secretExpires else {
            // A service account's key does not end, and where a program makes the tokens there is no secret.
            let needsSecret = directory.allGrants.contains { $0.application == application.id && $0.kind != .command }
            guard needsSecret, application.serviceAccount == nil, !withoutSecret.contains(application.id) else { return nil }
            return NearMiss(
                kind: .secretEndUnknown, subject: application.name, reason: "when its secret ends is not recorded", count: count,
                remedy: Remedy(
                    provider: "look up when the secret of \(application.clientID) ends",
                    ours: "mandate applications set \(application.name.shellQuoted) --secret-expires DATE"))
        }
        guard end.timeIntervalSince(now) < Self.warning else { return nil }
        let words = end <= now ? "its secret ended on \(end.day)" : "its secret ends on \(end.day)"
        return NearMiss(kind: .secretExpiring, subject: application.name, reason: words, count: count, remedy: remedy)
    }
}
