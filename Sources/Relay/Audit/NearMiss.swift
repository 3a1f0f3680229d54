internal import Mail
internal import struct FoundationEssentials.Date

/// Something that works today and may not tomorrow.
package struct NearMiss: Sendable, Hashable, Comparable {
    package enum Kind: String, Sendable, Hashable, CaseIterable, Comparable {
        /// The provider has had the time it needs to act on a right, and still nobody knows whether it has.
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
    /// Above this many, one revoked permission or one stolen token is a matter of the whole house; a team's shared mailbox stays below.
    private static let many = 20

    /// A domain that nobody recorded, and one way out for it.
    private struct Alignment: Hashable {
        let application: ApplicationID
        let domain: Domain
    }

    private var pending: [NearMiss] = []
    private var alignments: [Alignment: (count: Int, example: Candidate)] = [:]
    private var applications: [ApplicationID: Int] = [:]
    private var delegates: [MailboxID: Int] = [:]

    mutating func add(_ decision: Decision, at now: Date) {
        let chosen = decision.candidate
        let application = decision.source.application
        applications[application.id, default: 0] += 1
        if application.domains.isEmpty {
            alignments[Alignment(application: application.id, domain: chosen.author.domain), default: (0, chosen)].count += 1
        }
        if case .mailbox(let id) = chosen.mailbox.row, chosen.delegation != nil { delegates[id, default: 0] += 1 }
        // Every right is pending at first; that is no near miss before its time is over.
        guard case .pending(let until, _, _)? = decision.standing, until <= now else { return }
        let over = decision.transport == .smtp ? "" : " --over \(decision.transport.rawValue)"
        let pair = "\(chosen.mailbox.address.description.shellQuoted) \(chosen.author.description.shellQuoted)"
        pending.append(
            NearMiss(
                kind: .pending, subject: chosen.author.description,
                reason: "\(chosen): the provider had until \(until.minute), and whether it lets it is not known", count: 1,
                remedy: Remedy(.command("mandate standings probe \(pair)\(over)"))))
    }

    func finish(_ directory: Directory, _ health: HealthReport) -> [NearMiss] {
        var found = pending
        var plain: [ApplicationID: Set<Domain>] = [:]
        for (alignment, use) in alignments where use.example.isOfItsDomain {
            plain[alignment.application, default: []].insert(alignment.domain)
        }
        for (alignment, use) in alignments {
            // The list is replaced by the command, so that it says all of it.
            let domains = plain[alignment.application, default: []].union([alignment.domain]).sorted()
            found.append(Self.nearMiss(alignment, use.count, use.example, domains, directory))
        }
        for (id, count) in applications {
            if let application = directory.application(id), let miss = secret(of: application, count, health.health(of: application)) {
                found.append(miss)
            }
        }
        for (id, count) in delegates where count > Self.many {
            guard let mailbox = directory.mailbox(id) else { continue }
            found.append(
                NearMiss(
                    kind: .oneForMany, subject: mailbox.address.description,
                    reason: "it is the only way out for \(count) addresses of others",
                    count: count,
                    remedy: Remedy(.command("mandate mailboxes add --family @\(mailbox.address.domain.ascii) --grant GRANT"))))
        }
        return found.sorted()
    }

    /// The domain of a mailbox is the tenant's; that of a delegation may be anybody's.
    private static func nearMiss(
        _ alignment: Alignment, _ count: Int, _ example: Candidate, _ domains: [Domain], _ directory: Directory
    ) -> NearMiss {
        let name = directory.application(alignment.application)?.name ?? alignment.application.text
        let record = "mandate applications set \(name.shellQuoted)" + domains.map { " --domain \($0.ascii)" }.joined()
        let steps: [Remedy.Step] =
            example.isOfItsDomain
            ? [
                .provider("check that \(alignment.domain.text) is an accepted domain of the tenant and that DKIM is on for it"),
                .command(record),
            ]
            : [
                .look("mandate delegations list --address \(example.author.description.shellQuoted)", "who let it, and why"),
                .command(record, "if it is a domain of the tenant, with DKIM on"),
            ]
        return NearMiss(
            kind: .alignmentUnknown, subject: alignment.domain.text,
            reason: "whether the tenant of \(name) signs for \(alignment.domain.text) is not recorded", count: count,
            remedy: Remedy(steps))
    }

    /// What is known of its end is health's to say.
    private func secret(of application: Application, _ count: Int, _ health: Health) -> NearMiss? {
        let steps = health.steps.map { Remedy.Step.command($0) }
        switch health.state {
        case .endUnknown:
            return NearMiss(
                kind: .secretEndUnknown, subject: application.name, reason: health.reason, count: count,
                remedy: Remedy([.provider("look up when the secret of \(application.clientID) ends")] + steps))
        case .expiring, .broken:
            return NearMiss(
                kind: .secretExpiring, subject: application.name, reason: health.reason, count: count,
                remedy: Remedy([.provider("make a new client secret for \(application.clientID)")] + steps))
        case .healthy, .untried, .needsConsent, .suspended, .stopped, .impaired, .disabled: return nil
        }
    }
}

extension Candidate {
    fileprivate var isOfItsDomain: Bool { mailbox.address.domain == author.domain }
}
