package import Mail

/// What the directory knows of one tenant of a provider, through all applications that are registered in it.
package struct SendingTenant: Sendable, Hashable {
    /// What its usage is counted under, and its pause is kept under.
    package let lane: Account
    package let kind: ProviderKind
    /// For a person: as the applications name it.
    package let name: String
    /// The name of one that is registered in it: where the licences are entered.
    package let application: String
    /// Entered as its own.
    package let domains: Set<Domain>
    /// How many recipients outside it may write to within 24 hours; nil: nobody has said.
    package let budget: Int?

    /// Whether mail to the address leaves it.
    package func isOutside(_ address: EmailAddress, _ pause: TenantPause? = nil) -> Bool {
        !domains.contains(address.domain) || pause?.counted.contains(address.domain) == true
    }

    /// Exchange Online's tenant external recipient rate limit, with so many licences: 500 × licences^0.7 + 9,500 within 24 hours (domain.md 2.8).
    package static func externalRecipients(licences: Int) -> Int {
        guard licences > 0 else { return 0 }
        // The tenth root of the seventh power: there is no logarithm without the C library.
        var power = 1.0
        for _ in 0..<7 { power *= Double(licences) }
        var root = Double(licences)
        for _ in 0..<200 {
            var ninth = 1.0
            for _ in 0..<9 { ninth *= root }
            root = (9 * root + power / ninth) / 10
        }
        return Int(500 * root) + 9_500
    }
}

extension GrantSource {
    /// What a tenant's usage is counted under; no login begins like that.
    package var tenantLane: Account {
        account("tenant/\(application.tenant.isEmpty ? application.id.text : application.tenant.lowercased())")
    }

    /// For a person. Where a provider has no ids of tenants, each registration stands for one.
    package var tenantName: String { application.tenant.isEmpty ? application.name : application.tenant }
}

extension Directory {
    /// That a grant's mail leaves through.
    package func tenant(of source: GrantSource) -> SendingTenant {
        // Nearly always there is one.
        let same = allApplications.filter { isSameTenant($0, source.application) }
        let licences = same.compactMap(\.licences).max()
        let byLicences = source.provider.kind == .google ? nil : licences.map(SendingTenant.externalRecipients)
        let budget = source.provider.limits.tenantRecipientsPerDay ?? byLicences
        return SendingTenant(
            lane: source.tenantLane, kind: source.provider.kind, name: source.tenantName,
            application: same.map(\.name).min() ?? source.application.name,
            domains: Set(same.flatMap(\.domains)), budget: budget)
    }

    private func isSameTenant(_ one: Application, _ other: Application) -> Bool {
        one.id == other.id || one.provider == other.provider && !one.tenant.isEmpty && one.tenant.lowercased() == other.tenant.lowercased()
    }

    /// Each once, by name.
    package var allTenants: [SendingTenant] {
        var tenants: [Account: SendingTenant] = [:]
        for grant in allGrants {
            guard let source = source(of: grant.id), source.provider.kind != .custom || source.provider.limits.tenantRecipientsPerDay != nil
            else { continue }
            if tenants[source.tenantLane] == nil { tenants[source.tenantLane] = tenant(of: source) }
        }
        return tenants.values.sorted { ($0.name, $0.lane) < ($1.name, $1.lane) }
    }
}
