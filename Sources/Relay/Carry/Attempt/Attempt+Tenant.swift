internal import Mail
internal import struct FoundationEssentials.Date

/// A tenant that may write to nobody outside for now: what is for its own people goes on, all others wait or go through another tenant.
extension Attempt {
    /// Whom a decision is for, among the recipients that remain.
    struct Reach: Sendable {
        var recipients: [Int]
        /// They are outside of a tenant that is paused.
        var isOutside = false
    }

    /// Decides for all; where that leads through a tenant that is paused, for those within it, who are first, and then for those outside. An API sends to all whom
    /// the header names, so what is for both waits whole.
    func decideWithinTenants(_ routing: Routing) -> (answer: Answer, wait: (until: Date, why: String)?, reach: Reach) {
        let (answer, wait) = decide(routing)
        let all = Reach(recipients: entry.remaining)
        guard case .decided(let decision) = answer, let pause = pause(of: decision.source, at: routing.at) else {
            return (answer, wait, all)
        }
        let tenant = snapshot.directory.tenant(of: decision.source)
        let inside = entry.remaining.filter { !isOutside($0, of: tenant, pause) }
        if inside.count == entry.remaining.count { return (answer, wait, all) }
        if !inside.isEmpty, decision.transport == .smtp { return (answer, wait, Reach(recipients: inside)) }
        var routing = routing
        routing.isOutside = true
        let outside = decide(routing)
        return (outside.answer, outside.wait, Reach(recipients: entry.remaining, isOutside: true))
    }

    private func pause(of source: GrantSource, at now: Date) -> TenantPause? {
        snapshot.conditions.tenant(source.tenantLane).flatMap { $0.holds(at: now) ? $0 : nil }
    }

    /// Where a message really goes to counts.
    private func isOutside(_ recipient: Int, of tenant: SendingTenant, _ pause: TenantPause?) -> Bool {
        tenant.isOutside(redirection?.address ?? entry.message.envelope.recipients[recipient].address, pause)
    }

    /// How many of these leave the tenant; all of one redirected message are one.
    private func countOutside(_ recipients: [Int], of tenant: SendingTenant, _ pause: TenantPause?) -> Int {
        let outside = recipients.count { isOutside($0, of: tenant, pause) }
        return redirection == nil ? outside : min(outside, 1)
    }

    /// What its licences allow in a day is used up, as far as we have counted: asking the provider would only be refused.
    func tenantIsFull(for tried: [Int], _ source: GrantSource) async -> TenantPause? {
        let tenant = snapshot.directory.tenant(of: source)
        guard let budget = tenant.budget else { return nil }
        let known = snapshot.conditions.tenant(tenant.lane)
        let outside = countOutside(tried, of: tenant, known)
        guard outside > 0, let used = await surroundings.pace.recipientsOfDay(tenant.lane), used > 0, used + outside > budget else {
            return nil
        }
        return TenantPause(after: surroundings.snapshots.current.conditions.tenant(tenant.lane), code: "", at: surroundings.now())
    }

    /// Nothing was tried: it is decided anew at once, when this is known.
    func postpone(_ pause: TenantPause, _ decision: Decision, _ report: AttemptReport) -> Settlement {
        let why = "the tenant \(decision.source.tenantName) may write to nobody outside until \(pause.until.minute): \(pause.words)"
        var settlement = postpone(until: surroundings.now(), why, decision, report)
        settlement.observations = [.tenant(decision.source.tenantLane, pause)]
        return settlement
    }

    /// What an answer says of the tenant: paused, where it was told that it may write to nobody outside; or that it may again, where somebody outside was reached.
    func tenantObservations(_ decision: Decision, _ report: AttemptReport) -> [Observation] {
        let lane = decision.source.tenantLane
        let known = surroundings.snapshots.current.conditions.tenant(lane)
        let refused = report.recipients.filter { $0.diagnosis.meaning.pausesTenant }
        guard known != nil || !refused.isEmpty else { return [] }
        let tenant = snapshot.directory.tenant(of: decision.source)
        let now = surroundings.now()
        if let first = refused.first {
            // Where all of them were taken for the tenant's own, the provider counts some domain of theirs all the same.
            let isOwn = refused.allSatisfy { !isOutside($0.index, of: tenant, known) }
            let counted = isOwn ? Set(refused.map(\.address.domain)) : []
            return [.tenant(lane, TenantPause(after: known, code: first.code, counted: counted, at: now))]
        }
        let reached = report.recipients.filter { $0.diagnosis.verdict == .sent }.map(\.index)
        guard let known, !known.holds(at: now), countOutside(reached, of: tenant, known) > 0 else { return [] }
        return [.tenant(lane, nil)]
    }

    /// Of the account, and of the tenant what left it.
    func usages(_ decision: Decision, sent: [Int]) -> [Usage] {
        let own = Usage(of: decision.account, messages: 1, recipients: sent.count)
        let tenant = snapshot.directory.tenant(of: decision.source)
        guard decision.source.provider.kind != .custom || tenant.budget != nil else { return [own] }
        let outside = countOutside(sent, of: tenant, snapshot.conditions.tenant(tenant.lane))
        return outside == 0 ? [own] : [own, Usage(of: tenant.lane, messages: 1, recipients: outside)]
    }
}
