internal import Mail
internal import Synchronization
internal import struct FoundationEssentials.Date

/// A pair in doubt is waited for while it is probed; where no probe can be made, one message at a time finds out.
extension Attempt {
    /// More than any address has mailboxes.
    private static let mostRounds = 8

    /// With `wait`, the message is to wait for a probe before it goes that way.
    func decide(_ routing: Routing) -> (answer: Answer, wait: (until: Date, why: String)?) {
        let decider = Decider(directory: snapshot.directory, conditions: snapshot.conditions, transports: surroundings.transports)
        var routing = routing
        for _ in 0..<Self.mostRounds {
            let answer = decider.decide(entry.message.author, routing)
            guard case .decided(let decision) = answer, let (key, doubt) = decision.pairInDoubt else { return (answer, nil) }
            if let end = doubt.awaited(at: routing.at) {
                // Short waits first: a probe takes seconds.
                let sofar = routing.at.timeIntervalSince(doubt.since)
                let until = min(end, routing.at.addingTimeInterval(max(2, sofar)))
                return (answer, (until, "whether \(key.login) may send as \(key.from) is being probed"))
            }
            if surroundings.trials.begin(key, doubt, by: entry.claim, at: routing.at) { return (answer, nil) }
            routing.refusals.append(PairRefusal(key: key, at: routing.at))
        }
        return (decider.decide(entry.message.author, routing), nil)
    }

    /// What a refusal, or mail that was taken, says of pairs.
    func standings(_ diagnosis: Diagnosis, _ code: String, _ decision: Decision, isTaken: Bool, at now: Date) -> [Observation] {
        if diagnosis.verdict == .denied, let refused = diagnosis.refusedSender {
            let key = StandingKey(decision.account, from: refused, transport: decision.transport)
            // The same message once more is no news of the pair.
            guard !entry.pairRefusals.contains(where: { $0.key == key }), let before = known(key, decision, since: now) else { return [] }
            let isOwn = decision.mailbox.address == refused
            return before.refused(isOwn: isOwn, code: code, at: now).map { [.standing(key, $0)] } ?? []
        }
        guard isTaken, let (key, _) = decision.pairInDoubt else { return [] }
        let isProof = !decision.source.provider.habits.replacesUnlistedFrom
        return [.standing(key, isProof ? .proven(at: now, how: "a message was taken") : nil)]
    }

    /// As it was decided on, unless it has changed meanwhile; nil: it was proven since this attempt began, which its refusal knows nothing of.
    private func known(_ key: StandingKey, _ decision: Decision, since start: Date) -> Standing? {
        let current = surroundings.snapshots.current.conditions.standing(key)
        guard current != snapshot.conditions.standing(key) else { return decision.standings[key] ?? current ?? .declared }
        if case .proven(let at, _)? = current, at >= start { return nil }
        return current ?? .declared
    }
}

extension Decision {
    /// The pair that it is to go by, where that is in doubt: it is waited for, or tried by one message, and no client is given a token for it.
    package var pairInDoubt: (key: StandingKey, doubt: Doubt)? {
        for from in fields.from {
            let key = StandingKey(account, from: from.address, transport: transport)
            if case .doubted(let doubt)? = standings[key] { return (key, doubt) }
        }
        return nil
    }
}

/// Which message may find out about a pair in doubt: one at a time, however many are under way.
package final class Trials: Sendable {
    // A class because attempts share it; its only state is behind the mutex.
    private let begun = Mutex<[StandingKey: (doubt: Doubt, claim: Claim, at: Date)]>([:])

    package init() {}

    /// A try that told nothing (the network was down) may be repeated, though not at once.
    private static let interval: Double = 900
    /// Pairs that are remembered; more than are ever in doubt at once in a house that somebody looks after.
    private static let most = 10_000

    /// False: another message is finding out, or has. One attempt may ask again.
    func begin(_ key: StandingKey, _ doubt: Doubt, by claim: Claim, at now: Date) -> Bool {
        begun.withLock { begun in
            if let last = begun[key], last.claim.message == claim.message, last.claim.attempt == claim.attempt { return true }
            if let last = begun[key], last.doubt == doubt, now.timeIntervalSince(last.at).magnitude < Self.interval { return false }
            if begun.count >= Self.most { begun.removeAll() }
            begun[key] = (doubt, claim, now)
            return true
        }
    }
}
