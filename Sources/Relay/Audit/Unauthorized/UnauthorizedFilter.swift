package import Mail
package import struct FoundationEssentials.Date

/// Which findings somebody wants to read of.
package struct UnauthorizedFilter: Sendable {
    /// nil: any.
    package var belonging: Belonging.Class?
    package var code: RefusalCode?
    /// With an address of this domain.
    package var domain: Domain?
    /// Seen in traffic since then.
    package var since: Date?
    /// Also those that somebody lets be for a time.
    package var includesAcknowledged = false

    package init() {}

    package func takes(_ finding: UnauthorizedFinding) -> Bool {
        if let belonging, finding.belonging != belonging { return false }
        if let code, finding.code != code { return false }
        if let since, finding.lastSeen.map({ $0 < since }) ?? true { return false }
        if !includesAcknowledged, finding.acknowledgement != nil { return false }
        guard let domain else { return true }
        return finding.domains.contains(domain) || finding.addresses.contains { $0.domain == domain }
    }
}

extension UnauthorizedReport {
    package func findings(_ filter: UnauthorizedFilter) -> [UnauthorizedFinding] { findings.filter(filter.takes) }

    /// By its id, or by one of its addresses, which is what a person has at hand.
    package func finding(_ text: String) -> UnauthorizedFinding? {
        if let found = findings.first(where: { $0.id == text.lowercased() }) { return found }
        if let found = findings.first(where: { $0.text == text }) { return found }
        guard let address = try? EmailAddress(text) else { return nil }  // then it is no address either
        guard case .refused(let refusal, let purpose, _, _) = verdict(address) else { return nil }
        let (cause, strike) = cause(of: address, refusal, purpose)
        let users = UnauthorizedCause.users(address.domain).id(refusal.code, strike)
        let id = cause.id(refusal.code, strike)
        return findings.first { $0.id == id } ?? findings.first { $0.id == users }
    }
}
