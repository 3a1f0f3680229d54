import Foundation
import Relay
import TestSupport

@testable import Main

/// An auditor who knows the company and not the program: takes the first thing that a report lists, follows what stands below it, and reads the report again.
struct AuditorWalk {
    struct Stuck: Error, CustomStringConvertible {
        let description: String
    }

    struct Advice: Hashable {
        let subject: String
        var lines: [String] = []
    }

    private let house: AuditorHouse
    private var desk: ProviderDesk
    private var followed: Set<Advice> = []
    /// What was done, line by line.
    private(set) var story: [String] = []

    init(_ house: AuditorHouse) {
        self.house = house
        desk = ProviderDesk(house)
    }

    mutating func mend(_ report: [String]) async throws {
        for _ in 0..<200 {
            let answer = await house.run(report)
            guard let next = Self.advices(answer.out).first(where: { !$0.isContent }) else { return }
            guard followed.insert(next).inserted else {
                throw Stuck(description: "the same again:\n\(next)\n\(story.joined(separator: "\n"))")
            }
            story.append(next.subject)
            try await follow(next)
        }
        throw Stuck(description: "there is no end:\n\(story.joined(separator: "\n"))")
    }

    /// What stands below "What to do:", a subject and its steps each.
    private static func advices(_ text: String) -> [Advice] {
        guard let begin = text.range(of: "\nWhat to do:\n") else { return [] }
        var advices: [Advice] = []
        for line in text[begin.upperBound...].split(separator: "\n").map(String.init) {
            if line.hasPrefix("    ") {
                advices[advices.count - 1].lines.append(String(line.dropFirst(4)))
            } else {
                advices.append(Advice(subject: line.trimmingCharacters(in: .whitespaces)))
            }
        }
        return advices
    }

    private mutating func follow(_ advice: Advice) async throws {
        var isDone = false
        for line in advice.lines {
            if let step = line.step("at the provider") {
                story.append("    provider: \(step)")
                try desk.carryOut(step)
            } else if let step = line.step("look") {
                guard let words = ShellLine.words(step) else { throw Stuck(description: "it is no command: \(step)") }
                let answer = await house.run(words)
                guard answer.status == 0 else { throw Stuck(description: "\(step): \(answer.out)\(answer.err)") }
            } else if let step = line.step("here"), !isDone {
                try await type(step)
                isDone = true
            } else if let match = line.firstMatch(of: #/wait until (\d{4}-\d\d-\d\d \d\d:\d\dZ?)/#) {
                guard let until = DocumentDate.date(String(match.1)) else { throw Stuck(description: "it is no time: \(line)") }
                story.append("    wait: \(match.1)")
                house.clock.advance(by: max(until.timeIntervalSince(house.clock.now), 0) + 60)
                isDone = true
            }
        }
        guard !isDone else { return }
        // What is nobody's to mend here is for those who write so: the auditor tells them, and lets it be.
        guard let id = advice.id else { throw Stuck(description: "nothing can be done: \(advice)") }
        story.append("    acknowledged")
        let answer = await house.run(["audit", "acknowledge", id, "--reason", "whoever writes so has been told"])
        guard answer.status == 0 else { throw Stuck(description: "\(advice): \(answer.err)") }
    }

    private mutating func type(_ line: String) async throws {
        guard let words = ShellLine.words(line) else { throw Stuck(description: "it is no command: \(line)") }
        story.append("    \(line)")
        let answer: Shell.Answer
        if words.prefix(2) == ["grants", "authorize"], let login = desk.consents {
            answer = await house.authorize(words, as: login)
        } else {
            answer = await house.run(words.map { known($0) })
        }
        guard answer.status == 0 else { throw Stuck(description: "\(line): \(answer.out)\(answer.err)\n\(story.joined(separator: "\n"))") }
    }

    /// What only somebody of the company knows.
    private func known(_ word: String) -> String {
        switch word {
        case "USER-OR-ADDRESS": "support"
        case "ADDRESS": "support@tessel.example"
        case "GRANT": "staff"
        case "DATE", "YYYY-MM-DD": "2028-01-01"
        case "FILE": desk.secretFile ?? word
        default: word
        }
    }
}

extension AuditorWalk.Advice {
    /// It says so itself.
    fileprivate var isContent: Bool { lines.contains { $0.contains("nothing has to be done") } }

    fileprivate var id: String? { subject.firstMatch(of: #/\(([0-9a-f]{8}), /#).map { String($0.1) } }
}

extension String {
    /// Behind the word that says where it is to be done.
    fileprivate func step(_ place: String) -> String? {
        hasPrefix(place + " ") ? String(dropFirst(place.count)).trimmingCharacters(in: .whitespaces) : nil
    }
}
