package import struct FoundationEssentials.Date

/// How a grant, application or mailbox is, for people: the first thing that needs somebody, when it began, what ends when, and what to do (design
/// section 6).
package struct Health: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        case healthy
        /// Set up, and nobody has had a token with it.
        case untried
        /// Something ends within the time of a warning.
        case expiring
        /// It works, and nobody has recorded when its secret ends.
        case endUnknown = "end-unknown"
        /// Of a family: some of its addresses cannot be used, and the others can.
        case impaired
        case needsConsent = "needs-consent"
        /// The provider refused the application: its grants wait, untouched.
        case suspended
        case stopped
        case broken
        case disabled
    }

    package var state: State
    /// Why, in words; empty where all is well.
    package var reason: String
    package var since: Date?
    /// The next end that is known: of a secret, a certificate or a consent.
    package var ends: Ending?
    package var lastSuccess: Date?
    /// What to do, in order: words, or commands to the letter.
    package var steps: [String]
    /// A person's word lifts what is held against the account.
    package var canResume: Bool

    package init(
        _ state: State, _ reason: String = "", since: Date? = nil, ends: Ending? = nil, lastSuccess: Date? = nil, steps: [String] = [],
        canResume: Bool = false
    ) {
        self.state = state
        self.reason = reason
        self.since = since
        self.ends = ends
        self.lastSuccess = lastSuccess
        self.steps = steps.map(\.pasteable)
        self.canResume = canResume
    }

    /// Needs a person, now or soon.
    package var needsSomeone: Bool { state != .healthy && state != .disabled }

    /// What it warns of is still to come.
    package var worksToday: Bool { state == .expiring || state == .endUnknown }

    /// Nothing leaves by it as things are.
    package var isOut: Bool {
        switch state {
        case .needsConsent, .suspended, .stopped, .broken, .disabled: true
        case .healthy, .untried, .expiring, .endUnknown, .impaired: false
        }
    }

    package var words: String { reason.isEmpty ? state.rawValue : "\(state.rawValue): \(reason)" }

    package struct Ending: Sendable, Hashable {
        package let what: String
        package let at: Date

        package init(_ what: String, _ at: Date) {
            self.what = what
            self.at = at
        }

        /// Days ahead at which somebody is told: time for a purchase order, and then time to panic.
        package static let thresholds = [60, 30, 14, 7, 1]

        /// The closest threshold that has been passed, of those above; nil: it is far.
        package func threshold(at now: Date) -> Int? {
            let days = at.timeIntervalSince(now) / 86_400
            return Self.thresholds.filter { days <= Double($0) }.min()
        }

        package func words(at now: Date) -> String {
            let days = Int((at.timeIntervalSince(now) / 86_400).rounded(.down))
            if at <= now { return "\(what) ended on \(at.day)" }
            return "\(what) ends on \(at.day), in \(days) day\(days == 1 ? "" : "s")"
        }
    }
}
