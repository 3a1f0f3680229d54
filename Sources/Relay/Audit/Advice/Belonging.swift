package import Mail

/// Whose an address is, as far as the directory knows. What can be advised for it depends on that: a provider grants rights to its own tenant's addresses alone.
package enum Belonging: Sendable, Hashable {
    /// Of a domain that one of our tenants signs for.
    case ours
    /// `bob+list@…` of such a domain: what is answered reaches bob, and no right can be granted to it.
    case tagged(EmailAddress)
    /// Not of one, and so like one that it may be a slip: this may be what was meant.
    case near(EmailAddress)
    /// A name that nobody outside can answer to.
    case nowhere
    case foreign

    /// For a report and its filters.
    package enum Class: String, Sendable, Hashable, CaseIterable {
        case ours, foreign
        /// There is no such address: a slip, a machine's own name, a detail behind a plus.
        case impossible
    }

    package var `class`: Class {
        switch self {
        case .ours: .ours
        case .tagged, .near, .nowhere: .impossible
        case .foreign: .foreign
        }
    }

    /// No right of ours will ever cover it.
    var isBeyondUs: Bool {
        switch self {
        case .tagged, .nowhere, .foreign: true
        case .ours, .near: false
        }
    }
}

/// The domains that are ours: those that an application's tenant is said to sign for; of an application that says nothing, those of its mailboxes.
struct OwnDomains: Sendable {
    private let domains: Set<Domain>
    /// As characters, to compare others with.
    private let names: [(domain: Domain, scalars: [Unicode.Scalar])]

    init(_ directory: Directory) {
        var domains: Set<Domain> = []
        var silent: Set<ApplicationID> = []
        for application in directory.allApplications {
            domains.formUnion(application.domains)
            if application.domains.isEmpty { silent.insert(application.id) }
        }
        func isSilent(_ grant: GrantID) -> Bool { directory.grant(grant).map { silent.contains($0.application) } ?? false }
        for mailbox in directory.allMailboxes where isSilent(mailbox.grant) { domains.insert(mailbox.address.domain) }
        for family in directory.allFamilies where isSilent(family.grant) { domains.formUnion(family.members.compactMap(\.domain)) }
        self.domains = domains
        names = domains.sorted().map { ($0, Array($0.ascii.unicodeScalars)) }
    }

    func contains(_ domain: Domain) -> Bool { domains.contains(domain) }

    func belonging(of address: EmailAddress) -> Belonging {
        guard !domains.contains(address.domain) else { return untagged(address).map { .tagged($0) } ?? .ours }
        if address.domain.leadsNowhere { return .nowhere }
        return nearest(to: address.domain).flatMap { domain in
            (try? EmailAddress(localPart: address.localPart, domain: domain)).map { .near($0) }  // too long together: then it is no slip
        } ?? .foreign
    }

    /// A machine's own name below ours, or one that a slip of the hand makes of it: one letter, in a longer name two.
    private func nearest(to domain: Domain) -> Domain? {
        if let above = domains.first(where: { domain.ascii.hasSuffix("." + $0.ascii) }) { return above }
        let wanted = Array(domain.ascii.unicodeScalars)
        return names.first { name in
            Closeness.distance(wanted, name.scalars, limit: min(wanted.count, name.scalars.count) < 10 ? 1 : 2) != nil
        }?.domain
    }

    /// RFC 5233: what stands behind the plus is a detail of the mailbox before it.
    private func untagged(_ address: EmailAddress) -> EmailAddress? {
        guard let plus = address.localPart.firstIndex(of: "+"), plus != address.localPart.startIndex else { return nil }
        return try? EmailAddress(localPart: String(address.localPart[..<plus]), domain: address.domain)  // else it is no detail
    }
}

extension Domain {
    /// RFC 2606, RFC 6761 and the names that machines give themselves; a literal is some machine, too.
    package var leadsNowhere: Bool {
        let last = ascii.split(separator: ".").last.map(String.init) ?? ""
        return isLiteral || !hasDot || ["invalid", "local", "localdomain", "localhost", "internal", "lan", "home", "arpa"].contains(last)
    }
}

extension AddressPattern {
    /// nil: every domain.
    fileprivate var domain: Domain? {
        switch self {
        case .address(let address): address.domain
        case .domain(let domain): domain
        case .any: nil
        }
    }
}
