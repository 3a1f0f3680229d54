package import struct FoundationEssentials.Date

/// How much of what a tenant may write to people outside within 24 hours is used, and whether it may now.
package struct TenantMeter: Sendable, Hashable {
    package let tenant: SendingTenant
    /// Recipients outside, in the last 24 hours, by whole hours.
    package let used: Int
    /// It holds now.
    package let pause: TenantPause?

    /// From so much of it on somebody should know.
    private static let near = 0.8

    package init(_ tenant: SendingTenant, used: Int, pause: TenantPause? = nil) {
        self.tenant = tenant
        self.used = used
        self.pause = pause
    }

    package var isNear: Bool { tenant.budget.map { Double(used) >= Self.near * Double($0) } ?? false }

    /// `1204 of 22059 recipients outside in 24 hours`
    package var words: String {
        let limit = tenant.budget.map { " of \($0)" } ?? ""
        return "\(used)\(limit) recipients outside in 24 hours"
    }

    /// Why somebody should look; nil: nobody need.
    package var trouble: String? {
        if let pause { return "it may write to nobody outside until \(pause.until.minute): \(pause.words); \(words)" }
        return isNear ? "it has used \(words)" : nil
    }

    /// What helps. What waits goes out by itself.
    package var steps: [String] {
        [
            "wait: mail within goes on, and what is for others goes out by itself as soon as the provider lets it; nothing is given up for it"
        ] + atProvider + [
            "mandate delegations allow MAILBOX ADDRESS --kind send-as   # a mailbox of another tenant that may send as the address takes what this one may not"
        ]
    }

    private var atProvider: [String] {
        guard tenant.kind != .google else { return ["Google Admin console, Reporting, Email log search: who sends so much"] }
        return
            (tenant.budget == nil
            ? ["mandate applications set \(tenant.application.shellQuoted) --licences NUMBER   # so that it is warned of before"] : [])
            + [
                "Exchange admin center, Reports, Mail flow, Tenant Outbound External Recipients Rate: what counts, and which limit the tenant has"
            ]
    }

    var finding: Finding? { trouble.map { Finding("tenant \(tenant.name)", $0, fix: steps) } }
}

extension AuditStore {
    /// Of each tenant, by name.
    package func tenantMeters(of snapshot: Snapshot, at now: Date) async throws(StoreFailure) -> [TenantMeter] {
        var meters: [TenantMeter] = []
        for tenant in snapshot.directory.allTenants {
            let used = try await usage(of: tenant.lane, since: now.addingTimeInterval(-86_400)).recipients
            let pause = snapshot.conditions.tenant(tenant.lane)
            meters.append(TenantMeter(tenant, used: used, pause: pause?.holds(at: now) == true ? pause : nil))
        }
        return meters
    }

    /// What the doctor says of tenants.
    package func tenantFindings(of snapshot: Snapshot, at now: Date) async throws(StoreFailure) -> [Finding] {
        try await tenantMeters(of: snapshot, at: now).compactMap(\.finding)
    }
}
