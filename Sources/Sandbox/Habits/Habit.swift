/// One of a pretend provider's habits, by a name under which a person can turn it: on the command line, and at the control door while it runs.
package struct Habit: Sendable {
    package let name: String
    /// What may stand behind the sign.
    package let values: String
    package let meaning: String
    private let read: @Sendable (Habits) -> String
    private let write: @Sendable (inout Habits, String) -> Bool

    package func value(in habits: Habits) -> String { read(habits) }

    package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        case unknown(String)
        case value(String, of: String, values: String)

        package var description: String {
            switch self {
            case .unknown(let name):
                "there is no habit \(name.debugDescription); there are: \(Habit.all.map(\.name).joined(separator: ", "))"
            case .value(let value, let name, let values): "\(name) cannot be \(value.debugDescription); it is \(values)"
            }
        }
    }

    package static let all: [Habit] =
        [
            number("messages-per-minute", 1...100_000, "of one mailbox; Exchange Online's limit is 30", \.messagesPerMinute),
            number("connections-per-mailbox", 1...1_000, "that may send at once", \.connectionsPerMailbox),
            number("recipients-per-message", 1...100_000, "at RCPT and in the APIs", \.recipientsPerMessage),
            number("recipients-per-day", 1...10_000_000, "of one mailbox", \.recipientsPerDay),
            number("tenant-recipients-per-day", 1...10_000_000, "of all mailboxes, outside the organisation", \.tenantRecipientsPerDay),
            choice(
                "tenant-limit", Habits.TenantLimit.allCases.map { ($0.rawValue, $0) }, "which one that is, by its code", \.tenantLimit),
            choice(
                "tenant-limit-at", Habits.TenantLimitPlace.allCases.map { ($0.rawValue, $0) },
                "whether RCPT, the content or a report that comes later says so", \.tenantLimitAt),
            number("graph-requests-at-once", 1...1_000, "of one application and mailbox; then 429", \.graphRequestsAtOnce),
            number("graph-requests-per-10-minutes", 1...1_000_000, "the same", \.graphRequestsPerTenMinutes),
            number("message-size", 1...1 << 30, "octets", \.messageSize),
            number("command-line-limit", 64...1 << 20, "octets of an SMTP command", \.commandLineLimit),
            choice("send-as-denial", Names.denials, "what becomes of a From that the login may not use", \.sendAsDenial),
            number("denials-before-throttle", 1...1_000, "in a row, and then the mailbox is blocked", \.denialsBeforeThrottle),
            seconds("throttle-seconds", "how long it is blocked", \.throttleSeconds),
            set("keeps-alias", "where an alias stays in From", \.keepsAlias),
            truth("null-sender", "whether MAIL FROM:<> is taken", \.allowsNullSender),
            truth("refuses-unknown-recipients", "of the organisation's own domains", \.refusesUnknownRecipients),
            choice("sign-in-refusal", Names.refusals, "a 535 at once, or after a document", \.signInRefusal),
            number("access-token-lifetime", 0...86_400, "seconds", \.accessTokenLifetime),
            number("access-token-length", 32...12_000, "characters", \.accessTokenLength),
            number("refresh-token-length", 32...12_000, "characters", \.refreshTokenLength),
            seconds("refresh-inactivity", "after which an unused refresh token is dead", \.refreshInactivity),
            choice("rotation", Names.rotations, "what becomes of a refresh token that was used", \.rotation),
            number("device-interval", 1...600, "seconds between two questions for a device code", \.deviceInterval),
        ]

    /// The words that stand for the cases.
    private enum Names {
        static let denials: [(String, Habits.SendAsDenial)] = [
            ("send-as-denied", .sendAsDenied), ("no-permission", .noPermission), ("rewritten", .rewritten),
        ]
        static let refusals: [(String, Habits.SignInRefusal)] = [("plain", .plain), ("challenge", .challenge)]
        static let rotations: [(String, Habits.Rotation)] = [
            ("replaces", .replaces), ("revokes-old", .revokesOldOnUse), ("keeps", .keeps),
        ]
    }
}

extension Habit {
    private typealias Place<Value> = any WritableKeyPath<Habits, Value> & Sendable

    private static func number(_ name: String, _ range: ClosedRange<Int>, _ meaning: String, _ place: Place<Int>) -> Habit {
        Habit(name: name, values: "\(range.lowerBound) to \(range.upperBound)", meaning: meaning) {
            "\($0[keyPath: place])"
        } write: { habits, text in
            guard let number = Int(text), range.contains(number) else { return false }
            habits[keyPath: place] = number
            return true
        }
    }

    private static func number(_ name: String, _ range: ClosedRange<Int>, _ meaning: String, _ place: Place<Int?>) -> Habit {
        Habit(name: name, values: "\(range.lowerBound) to \(range.upperBound), or none", meaning: meaning) {
            $0[keyPath: place].map { "\($0)" } ?? "none"
        } write: { habits, text in
            let number = Int(text)
            guard text == "none" || number.map(range.contains) == true else { return false }
            habits[keyPath: place] = number
            return true
        }
    }

    /// Up to a year.
    private static func seconds(_ name: String, _ meaning: String, _ place: Place<Double>) -> Habit {
        Habit(name: name, values: "seconds", meaning: meaning) {
            "\(Int($0[keyPath: place]))"
        } write: { habits, text in
            guard let number = Int(text), (0...366 * 86_400).contains(number) else { return false }
            habits[keyPath: place] = Double(number)
            return true
        }
    }

    private static func truth(_ name: String, _ meaning: String, _ place: Place<Bool>) -> Habit {
        Habit(name: name, values: "yes or no", meaning: meaning) {
            $0[keyPath: place] ? "yes" : "no"
        } write: { habits, text in
            guard ["yes", "no"].contains(text) else { return false }
            habits[keyPath: place] = text == "yes"
            return true
        }
    }

    private static func choice<Value: Equatable & Sendable>(
        _ name: String, _ names: [(String, Value)], _ meaning: String, _ place: Place<Value>
    ) -> Habit {
        Habit(name: name, values: names.map(\.0).joined(separator: ", "), meaning: meaning) { habits in
            names.first { $0.1 == habits[keyPath: place] }?.0 ?? ""
        } write: { habits, text in
            guard let value = names.first(where: { $0.0 == text })?.1 else { return false }
            habits[keyPath: place] = value
            return true
        }
    }

    private static func set(_ name: String, _ meaning: String, _ place: Place<Set<Habits.Way>>) -> Habit {
        let words = Habits.Way.allCases.map(\.rawValue)
        return Habit(name: name, values: "\(words.joined(separator: ", ")) with commas between, or none", meaning: meaning) {
            let ways = $0[keyPath: place].map(\.rawValue).sorted().joined(separator: ",")
            return ways.isEmpty ? "none" : ways
        } write: { habits, text in
            let ways =
                text == "none" ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map { Habits.Way(rawValue: String($0)) }
            guard !ways.contains(nil) else { return false }
            habits[keyPath: place] = Set(ways.compactMap(\.self))
            return true
        }
    }

    fileprivate func set(_ text: String, in habits: inout Habits) -> Bool { write(&habits, text) }
}

extension Habits {
    /// All of them, or none: a mistake in one changes nothing.
    package mutating func change(_ changes: [(name: String, value: String)]) throws(Habit.Failure) {
        var changed = self
        for (name, value) in changes {
            guard let habit = Habit.all.first(where: { $0.name == name }) else { throw .unknown(name) }
            guard habit.set(value, in: &changed) else { throw .value(value, of: name, values: habit.values) }
        }
        self = changed
    }
}
