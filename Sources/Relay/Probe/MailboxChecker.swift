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
    /// What is tried, as a person calls it.
    package enum Stage: String, Sendable, Hashable {
        case token = "Access token"
        case signIn = "Sign-in"
        case message = "Test message"
        case reading = "Reading"
        /// The check itself, which could not be made.
        case check = "Check"
    }

    package struct Step: Sendable, Hashable {
        package let stage: Stage
        package let isGood: Bool
        package let detail: String
        /// What to do, line by line; none when it is good.
        package let fix: [String]

        static func good(_ stage: Stage, _ detail: String) -> Self { Step(stage: stage, isGood: true, detail: detail, fix: []) }

        package static func bad(_ stage: Stage, _ detail: String, _ fix: [String] = []) -> Self {
            Step(stage: stage, isGood: false, detail: detail, fix: fix.map(\.pasteable))
        }
    }

    package var steps: [Step]
    /// Of a test message: what it was to be from, and what it arrived from.
    package var planned: String?
    package var actual: String?

    /// What is wrong may be right again without anybody doing something.
    package var mayPass: Bool

    package init(steps: [Step], actual: String? = nil, mayPass: Bool = false) {
        self.steps = steps
        self.actual = actual
        self.mayPass = mayPass
    }

    /// What lasts outweighs what may pass.
    static func + (left: Self, right: Self) -> Self {
        CheckReport(steps: left.steps + right.steps, actual: right.actual, mayPass: left.isGood ? right.mayPass : left.mayPass)
    }

    static func wrong(_ steps: [Step]) -> Self { CheckReport(steps: steps) }

    package var isGood: Bool { steps.allSatisfy(\.isGood) }
}
