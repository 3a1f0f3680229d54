internal import Web
internal import Relay
internal import struct FoundationEssentials.Date

/// How the console says things.
enum Words {
    /// `{iso, words}`, or null.
    static func moment(_ date: Date?, at now: Date) -> DocumentValue {
        guard let date else { return .null }
        return ["iso": .text(date.second), "words": .text(words(date, at: now))]
    }

    /// `today 14:05`, else the day with its time.
    static func words(_ date: Date, at now: Date) -> String {
        let time = String(date.minute.dropFirst(11).prefix(5))
        return date.day == now.day ? "today \(time)" : "\(date.day) \(time)"
    }

    static func day(_ date: Date?) -> DocumentValue {
        guard let date else { return .null }
        return ["iso": .text(date.day), "words": .text(date.day)]
    }

    /// `3 min`, `2 h`, `4 days`
    static func span(_ seconds: Double) -> String {
        switch seconds {
        case ..<1: "under 1 s"
        case ..<60: "\(Int(seconds)) s"
        case ..<3600: "\(Int(seconds / 60)) min"
        case ..<172_800: "\(Int(seconds / 3600)) h"
        default: "\(Int(seconds / 86_400)) days"
        }
    }

    /// `12,345`
    static func number(_ number: Int) -> String {
        var digits = ""
        for (place, digit) in String(abs(number)).reversed().enumerated() {
            if place > 0, place.isMultiple(of: 3) { digits.append(",") }
            digits.append(digit)
        }
        return (number < 0 ? "-" : "") + String(digits.reversed())
    }

    /// A state, never absent, so that what is missing in it is not looked for further out.
    static func state(_ health: Health, at now: Date) -> DocumentValue {
        [
            "kind": .text(health.state.kind), "word": .text(health.state.rawValue),
            "reason": health.reason.isEmpty ? .null : .text(health.reason.sentence),
            "since": moment(health.since, at: now), "ends": day(health.ends?.at), "last": moment(health.lastSuccess, at: now),
        ]
    }

    static func badge(_ kind: String, _ word: String) -> DocumentValue { ["kind": .text(kind), "word": .text(word)] }

    /// Steps as they are typed or done; a command, or what is indented, is code.
    static func steps(_ steps: [String]) -> DocumentValue {
        .list(
            steps.map { step in
                ["text": .text(step), "is_code": .flag(isCode(step)), "note": nil]
            })
    }

    /// To be typed, rather than read.
    static func isCode(_ step: String) -> Bool { ["  ", "mandate ", "Set-", "Add-"].contains { step.hasPrefix($0) } }
}

extension Health.State {
    fileprivate var kind: String {
        switch self {
        case .healthy: "good"
        case .expiring, .endUnknown, .impaired, .suspended, .stopped, .untried: "wait"
        case .needsConsent, .broken: "bad"
        case .disabled: "off"
        }
    }
}

extension Outlook {
    var kind: String {
        switch state {
        case .usable: "good"
        case .untried, .off: "off"
        case .later: "wait"
        case .never: "bad"
        }
    }

    /// As the decider has it, with what to do.
    var document: DocumentValue {
        [
            "kind": .text(kind), "word": .text(state.rawValue), "reason": reason.isEmpty ? .null : .text(reason.sentence),
            "steps": Words.steps(steps), "has_steps": .flag(!steps.isEmpty),
        ]
    }
}

extension Mailbox {
    /// Its page.
    var place: String { "/mailboxes/\(PercentCoding.encode(id.text))" }
}

extension Client {
    /// Its page.
    var place: String { "/clients/\(PercentCoding.encode(id.text))" }
}

extension Provider {
    /// Its page.
    var place: String { "/providers/\(PercentCoding.encode(id.text))" }
}

extension Application {
    /// Its page.
    var place: String { "/applications/\(PercentCoding.encode(id.text))" }
}

extension Family {
    /// Its page.
    var place: String { "/families/\(PercentCoding.encode(id.text))" }
}

extension ConcreteMailbox.Row {
    /// The page of the mailbox, or of the family that it is one of.
    var place: String {
        switch self {
        case .mailbox(let id): "/mailboxes/\(PercentCoding.encode(id.text))"
        case .family(let id): "/families/\(PercentCoding.encode(id.text))"
        }
    }
}
