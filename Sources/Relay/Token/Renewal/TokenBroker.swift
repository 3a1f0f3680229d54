internal import struct FoundationEssentials.Date

/// Has one access token per (grant, resource, subject) for everyone who asks: whoever comes while it is being renewed waits for that one request,
/// and a lease in the store makes that true across processes (design section 6).
///
/// After every await the world may have moved: a renewal's token is kept only if nobody changed its grant meanwhile.
package actor TokenBroker {
    private struct Slot {
        var token: AccessToken?
        var renewal: Task<Result<AccessToken, TokenFailure>, Never>?
        /// One that a person's change has overtaken, and that may be under way still. The next waits for its end: it may have found the new refresh token in the
        /// store before we heard of it, and what is asked with twice may be taken for stolen (RFC 9700 section 4.14).
        var overtaken: Task<Result<AccessToken, TokenFailure>, Never>?
        /// When someone last asked: only tokens in use are renewed ahead of need.
        var lastAsked: Date
        var spread: Double
        /// Counts a person's changes of the grant: a renewal begun before one must not leave its token behind.
        var generation = 0
        /// The provider asked for patience (Retry-After) or gave no answer: until then, everyone hears the failure at once.
        var pause: (until: Date, why: TokenFailure)?
        /// Temporary failures since the last answer.
        var failures = 0
    }

    /// However long a provider asks to be left alone: after a quarter of an hour it can say so again.
    private static let longestPause: Double = 900
    /// Seconds between two questions that a provider leaves unanswered, at most: mail waits on, and two minutes after it is back all is well.
    private static let longestBackoff: Double = 120
    /// Seconds between two questions for an application that was refused: only a person mends it, here or at the provider.
    private static let probeInterval: Double = 900
    /// Seconds between two runs of a grant's program that failed: it costs nobody anything, and mends itself.
    private static let programInterval: Double = 60
    /// Seconds that one grant's refusal of an application stands for all its grants: five hundred ask once a minute, and what was mended elsewhere is
    /// found within one.
    private static let refusalLife: Double = 60
    /// Renewals under way ahead of need; one slow provider must not hold up the others.
    private static let renewalsAtOnce = 8

    private var slots: [TokenKey: Slot] = [:]
    private var probes: [String: Date] = [:]
    /// Applications that were refused: their other grants hear it without asking, for a refusal of one is a refusal of all.
    private var refusals: [ApplicationID: (at: Date, why: TokenFailure)] = [:]
    private let renewer: TokenRenewer

    package init(renewer: TokenRenewer) { self.renewer = renewer }

    /// A token with at least `life` seconds left.
    package func token(for key: TokenKey, life: Double = AccessToken.leastLife) async throws(TokenFailure) -> AccessToken {
        let now = renewer.now()
        slots[key, default: fresh(at: now)].lastAsked = now
        if let token = slots[key]?.token, token.isGood(at: now, life: life) { return token }
        return try await renewed(key, beyond: nil, life: life)
    }

    /// The server did not take this token: have another. Whoever rejects a token that was replaced meanwhile simply gets the new one.
    package func replacement(for key: TokenKey, rejected: AccessToken) async throws(TokenFailure) -> AccessToken {
        if let token = slots[key]?.token, !token.isSame(as: rejected), token.isGood(at: renewer.now()) { return token }
        slots[key]?.token = nil
        return try await renewed(key, beyond: rejected, life: AccessToken.leastLife)
    }

    /// Renews what will be needed: tokens asked for within the hour whose time has come. One failure is no one else's, and the next call tries again.
    /// What nobody has asked for and has expired is forgotten.
    package func renewAhead() async {
        let now = renewer.now()
        slots = slots.filter { _, slot in
            slot.renewal != nil || now.timeIntervalSince(slot.lastAsked) < 3600 || slot.token?.isGood(at: now) ?? false
        }
        let due = slots.filter { _, slot in
            guard let token = slot.token, slot.renewal == nil else { return false }
            return now.timeIntervalSince(slot.lastAsked) < 3600 && now >= token.renewal(spread: slot.spread)
        }
        await withTaskGroup(of: Void.self) { group in
            for (number, (key, slot)) in due.enumerated() {
                if number >= Self.renewalsAtOnce { await group.next() }
                group.addTask { await self.renewAhead(key, slot.token) }
            }
        }
    }

    /// Tries an application that was refused with one of its grants, now and then: what was mended at the provider heals by itself.
    package func probe(_ application: ApplicationID, with key: TokenKey) async {
        guard isDue(application.text, every: Self.probeInterval) else { return }
        refusals[application] = nil
        await renewAhead(key, slots[key]?.token)
    }

    /// The same for a grant whose program failed.
    package func probe(_ program: GrantID, with key: TokenKey) async {
        guard isDue(program.text, every: Self.programInterval) else { return }
        await renewAhead(key, slots[key]?.token)
    }

    private func isDue(_ name: String, every interval: Double) -> Bool {
        let now = renewer.now()
        if let last = probes[name], now.timeIntervalSince(last).magnitude < interval { return false }
        probes[name] = now
        return true
    }

    private func renewAhead(_ key: TokenKey, _ token: AccessToken?) async {
        do throws(TokenFailure) { _ = try await renewed(key, beyond: token, life: AccessToken.leastLife) } catch {
            renewer.report(key, error)
        }
    }

    /// A person changed these grants or their applications: what was had with the old credentials is void.
    package func forget(where isChanged: (GrantID) -> Bool) {
        for key in slots.keys where isChanged(key.grant) {
            slots[key]?.token = nil
            if let renewal = slots[key]?.renewal { slots[key]?.overtaken = renewal }
            slots[key]?.renewal = nil
            slots[key]?.pause = nil
            slots[key]?.generation += 1
        }
        // One question too many costs nothing; an old refusal would cost mail.
        refusals = [:]
    }

    private func fresh(at now: Date) -> Slot { Slot(token: nil, renewal: nil, lastAsked: now, spread: renewer.draw()) }

    /// The one renewal under way, or a new one. The renewal is a task of its own, so that a caller who is cancelled takes nobody else down with it.
    private func renewed(_ key: TokenKey, beyond old: AccessToken?, life: Double) async throws(TokenFailure) -> AccessToken {
        // An answer that a person's change has overtaken is one to an old question: ask again, but not for ever.
        for _ in 0..<3 {
            if let why = standingRefusal(of: key) { throw why }
            let task: Task<Result<AccessToken, TokenFailure>, Never>
            if let running = slots[key]?.renewal {
                task = running
            } else {
                let renewer = renewer
                let unanswered = slots[key]?.failures ?? 0
                let overtaken = slots[key]?.overtaken
                task = Task {
                    _ = await overtaken?.value
                    return await renewer.renew(key, beyond: old, life: life, unanswered: unanswered)
                }
                slots[key, default: fresh(at: renewer.now())].renewal = task
                slots[key]?.overtaken = nil
            }
            let generation = slots[key]?.generation
            let result = await task.value
            guard slots[key]?.generation == generation else { continue }
            if slots[key]?.renewal == task { settle(key, result) }
            return try result.get()
        }
        throw .temporary("the grant \(key.grant) is being changed", retryAfter: nil)
    }

    /// What a question would be answered, as far as that is known; a clock that was set back makes no wait longer than it was meant to be.
    private func standingRefusal(of key: TokenKey) -> TokenFailure? {
        let now = renewer.now()
        if let pause = slots[key]?.pause, now < pause.until, pause.until.timeIntervalSince(now) <= Self.longestPause { return pause.why }
        guard !refusals.isEmpty, let application = renewer.source(key.grant)?.application.id, let refusal = refusals[application],
            (0..<Self.refusalLife).contains(now.timeIntervalSince(refusal.at))
        else { return nil }
        return refusal.why
    }

    private func settle(_ key: TokenKey, _ result: Result<AccessToken, TokenFailure>) {
        slots[key]?.renewal = nil
        switch result {
        case .success(let token):
            slots[key]?.token = token
            slots[key]?.failures = 0
            slots[key]?.pause = nil
        case .failure(let failure):
            guard case .temporary(_, let seconds) = failure else {
                slots[key]?.failures = 0
                if case .application = failure, let application = renewer.source(key.grant)?.application.id {
                    refusals[application] = (renewer.now(), failure)
                }
                return
            }
            let failures = slots[key]?.failures ?? 0
            slots[key]?.failures = failures + 1
            // One, two, four … seconds, each a half more or less, so that thousands do not come back together.
            let backoff = min(Double(1 << min(failures, 10)), Self.longestBackoff) * (0.5 + renewer.draw())
            slots[key]?.pause = (renewer.now().addingTimeInterval(min(seconds ?? backoff, Self.longestPause)), failure)
        }
    }
}
