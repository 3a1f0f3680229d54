import FoundationEssentials
import Mail
import Relay

/// A decision must not depend on how many addresses there are, and a change must not be a copy.
enum DecideBenchmark {
    static func run() {
        print("— deciding")
        let small = measure(users: 1_000, delegations: 100)
        let large = measure(users: 100_000, delegations: 10_000)
        row("a decision, 100,000 users against 1,000", "× \((large.decision / small.decision).short)")
        row("one changed user, 100,000 users against 1,000", "× \((large.change / small.change).short)")
    }

    private static func measure(users: Int, delegations: Int) -> (decision: Double, change: Double) {
        let entities = Organisation(users: users, delegations: delegations).entities
        let directory = Directory(entities)
        let decider = Decider(directory: directory, conditions: Conditions())
        let questions = (0..<1_000).map { index in
            // Half have a mailbox or a delegation, half fall to the carrier: both ends of the work.
            Question(
                purpose: .adHoc,
                user: Organisation.user(index.isMultiple(of: 2) ? users - 1 - index % delegations : (index * 7919) % users),
                at: Date(timeIntervalSince1970: 1_800_000_000))
        }
        let decision = nanoseconds(for: questions.count) {
            for question in questions { blackHole(decider.decide(question)) }
        }
        let changed = DirectoryChange.put(
            .user(User(id: Organisation.user(1), name: "Renamed", addresses: [UserAddress(Organisation.address(1))])))
        let change = nanoseconds(for: 1_000) {
            for number in 0..<1_000 {
                var next = directory
                next.apply([changed], edition: Edition(Int64(number)))
                blackHole(next)
            }
        }
        row("\(users) users, \(delegations) delegations: a decision", "\((decision / 1_000).short) µs")
        row("\(users) users: one changed user", "\((change / 1_000).short) µs")
        return (decision, change)
    }
}

/// Keeps the optimiser from dropping work whose result nobody reads.
@inline(never) func blackHole<Value>(_ value: Value) {}
