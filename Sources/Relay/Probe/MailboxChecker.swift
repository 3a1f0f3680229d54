/// Tries a mailbox at its provider: signs in, sends a test message to the mailbox itself, or reads.
package protocol MailboxChecker: Sendable {
    func check(_ mailbox: Mailbox, _ kind: CheckKind, by person: String) async -> CheckReport
}

package enum CheckKind: String, Sendable, Hashable, CaseIterable {
    case signIn = "sign-in"
    case outgoing, incoming
}

/// How a check came out, step by step.
package struct CheckReport: Sendable, Hashable {
    package struct Step: Sendable, Hashable {
        package let name: String
        package let isGood: Bool
        package let detail: String
        /// What to do, line by line; none when it is good.
        package let fix: [String]

        package init(name: String, isGood: Bool, detail: String, fix: [String] = []) {
            self.name = name
            self.isGood = isGood
            self.detail = detail
            self.fix = fix
        }
    }

    package var steps: [Step]
    /// Of a test message: what it was to be from, and what it arrived from.
    package var planned: String?
    package var actual: String?

    package init(steps: [Step], planned: String? = nil, actual: String? = nil) {
        self.steps = steps
        self.planned = planned
        self.actual = actual
    }

    package var isGood: Bool { steps.allSatisfy(\.isGood) }
}
