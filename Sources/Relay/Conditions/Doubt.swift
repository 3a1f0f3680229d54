package import struct FoundationEssentials.Date

/// What is known of a pair whose use the provider refused to a message of ours. One message is no verdict on the pair: an odd display name alone earns a
/// refusal (domain.md 7.1). A probe decides, a clean message of our own. Where none can be made, one message at a time finds out. Both are counted and rare,
/// because Microsoft blocks a mailbox that is refused often (domain.md 2.7).
package struct Doubt: Sendable, Hashable {
    /// When the message was refused, and with what.
    package let since: Date
    package let code: String
    /// Refused probes that it still takes to make the pair denied.
    package let needs: Int
    /// Probes made since, and when the next one is due.
    package let probes: Int
    package let nextProbe: Date
    /// Messages that tried the pair since, and when the next one may; nil: mail leaves it to the probes.
    package let tries: Int
    package let nextTry: Date?

    package init(since: Date, code: String, needs: Int, probes: Int = 0, nextProbe: Date, tries: Int = 0, nextTry: Date? = nil) {
        self.since = since
        self.code = code
        self.needs = needs
        self.probes = probes
        self.nextProbe = nextProbe
        self.tries = tries
        self.nextTry = nextTry
    }
}

extension Doubt {
    /// Seconds that other messages of the pair wait for the first probe, which takes a few: after that the provider is slow, and mail should not be.
    package static let patience: Double = 120
    /// Minutes until the next probe, after the first, second, … one: four on the first day, then one a day.
    private static let probeMinutes: [Double] = [15, 60, 240, 1440]
    /// Minutes until the next message may try, after the first, second, … one: three on the first day, then one a day.
    private static let tryMinutes: [Double] = [60, 240, 1440]

    /// `before`: what was known of the pair; `isOwn`: it is the mailbox's own address. What was proven, or is a mailbox's own, is not closed by one probe.
    /// A pair that was proven a moment ago and is refused again has odd messages: its next probe waits, so that each of them does not cost another refusal.
    package init(after before: Standing?, isOwn: Bool, code: String, at now: Date) {
        var next = now
        var wasProven = false
        if case .proven(let at, _)? = before {
            wasProven = true
            next = max(now, at.addingTimeInterval(Self.probeMinutes[0] * 60))
        }
        self.init(since: now, code: code, needs: wasProven || isOwn ? 2 : 1, nextProbe: next)
    }

    /// Until when a message of the pair waits for the first probe; nil: it has had its say, or is too long in coming.
    package func awaited(at now: Date) -> Date? {
        let end = since.addingTimeInterval(Self.patience)
        return probes == 0 && nextProbe <= since && now < end ? end : nil
    }

    /// Whether a message may find out: only where a probe could not.
    package func mayBeTried(at now: Date) -> Bool { nextTry.map { $0 <= now } ?? false }

    /// What comes next, in words.
    package var prospect: String {
        if probes == 0, tries == 0 { return nextProbe <= since ? "a probe is under way" : "it is probed at \(nextProbe.minute)" }
        let probe = "it is probed again at \(nextProbe.minute)"
        return nextTry.map { "\(probe), and one message may try it from \($0.minute)" } ?? probe
    }

    /// What a probe came to.
    func probed(_ outcome: ProbeOutcome, at now: Date) -> Standing {
        switch outcome {
        case .proven(let how), .listed(let how): return .proven(at: now, how: how)
        case .taken(isProof: true, _): return .proven(at: now, how: "a test message was taken")
        case .rewritten(let to): return .rewritten(at: now, to: to)
        case .denied(let code):
            return needs <= 1 ? .denied(at: now, code: code) : .doubted(asked(refused: true, at: now, nextTry: nil))
        case .taken(isProof: false, _), .unknown: return .doubted(asked(refused: false, at: now, nextTry: nextTry ?? now))
        }
    }

    /// A message that was to find out was refused, too: which is still no verdict.
    package func tried(at now: Date) -> Doubt {
        Doubt(
            since: since, code: code, needs: needs, probes: probes, nextProbe: nextProbe, tries: tries + 1,
            nextTry: now.addingTimeInterval(Self.tryMinutes[min(tries, Self.tryMinutes.count - 1)] * 60))
    }

    private func asked(refused: Bool, at now: Date, nextTry: Date?) -> Doubt {
        Doubt(
            since: since, code: code, needs: refused ? needs - 1 : needs, probes: probes + 1,
            nextProbe: now.addingTimeInterval(Self.probeMinutes[min(probes, Self.probeMinutes.count - 1)] * 60), tries: tries,
            nextTry: nextTry)
    }
}

/// A pair that a provider has refused to one message, which remembers it. After the first refusal it goes by what is known of the pair, which a probe has
/// looked at since; after a second one the message itself is what the provider does not like, and the pair's proof is no reason to ask again and again.
package struct PairRefusal: Sendable, Hashable {
    package let key: StandingKey
    package let at: Date
    package let count: Int

    package init(key: StandingKey, at: Date, count: Int = 1) {
        self.key = key
        self.at = at
        self.count = count
    }

    /// Until when the message leaves the pair alone in any case: a day, so that five days of queue ask five times.
    var keepsAway: Date? { count > 1 ? at.addingTimeInterval(86_400) : nil }
}

extension [PairRefusal] {
    /// One more.
    func adding(_ key: StandingKey, at now: Date) -> [PairRefusal] {
        let before = first { $0.key == key }
        return filter { $0.key != key } + [PairRefusal(key: key, at: now, count: (before?.count ?? 0) + 1)]
    }
}
