internal import Mail
package import struct FoundationEssentials.Date

/// What became of each recipient, as the journal tells it from line to line: later news outweighs earlier. Whoever sends by itself tells what came of it, or does not,
/// and then the token it was given is listed.
package struct OutcomeReport: Sendable {
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        case waiting, sent, refused
        /// It was given up; the provider may never have heard of it.
        case failed
        /// A crash hit between the last octet and the settling.
        case unknown
        /// Somebody has ended it.
        case removed
        /// A token was handed out, and nobody has said what was sent with it.
        case unreported
    }

    package struct Row: Sendable, Hashable {
        /// Of a message, or of a handout.
        package let id: String
        package let client: String
        package let author: String
        package let recipient: String
        package let begun: Date
        package fileprivate(set) var at: Date
        package fileprivate(set) var outcome: Outcome
        /// The provider's codes, or why.
        package fileprivate(set) var words: String
        package fileprivate(set) var attempts = 0
        package fileprivate(set) var from = ""
        package fileprivate(set) var mailbox = ""
        package fileprivate(set) var route = ""
    }

    /// By the time they began.
    package private(set) var rows: [Row] = []
    private var places: [String: [Int]] = [:]
    /// Messages of which more was told than can be kept.
    package private(set) var leftOut = 0
    /// Recipients that one report keeps: some hundred megabytes.
    private static let most = 500_000

    package init() {}

    package mutating func add(_ entry: JournalEntry) {
        switch entry.kind {
        case .accepted: accept(entry)
        case .attempted: if let message = entry.message { attempt(entry, message) } else { report(entry) }
        case .unknown:
            change(entry) { row in
                row.outcome = .unknown
                row.words = "the service went down while it was being sent"
            }
        case .queue where ["remove", "withdraw"].contains(entry.fact("action")):
            change(entry) { row in
                row.outcome = .removed
                row.words = entry.fact("why")
            }
        case .settled, .refused, .changed, .queue, .warned, .tokenHandedOut, .signedIn, .signInFailed, .consentFailed, .reportTaken: break
        }
    }

    /// Nobody has said what was sent with it.
    package mutating func add(_ handout: Handout) {
        rows.append(
            Row(
                id: handout.id.text, client: handout.client.text,
                author: handout.author.all.map(\.address.description).joined(separator: ", "),
                recipient: "", begun: handout.at, at: handout.at, outcome: .unreported,
                words: "the token of \(handout.login) was good until \(handout.expires.minute)",
                from: handout.from.map(\.description).joined(separator: ", "), mailbox: handout.login))
    }

    private mutating func accept(_ entry: JournalEntry) {
        guard let message = entry.message else { return }
        let recipients = entry.people(.recipient)
        guard rows.count + recipients.count <= Self.most else { return leftOut += 1 }
        let author = entry.people(.author).joined(separator: ", ")
        places[message.text] = Array(rows.count..<rows.count + recipients.count)
        for recipient in recipients {
            rows.append(
                Row(
                    id: message.text, client: entry.fact("client"), author: author, recipient: recipient, begun: entry.at, at: entry.at,
                    outcome: .waiting, words: entry.fact("waits")))
        }
    }

    private mutating func attempt(_ entry: JournalEntry, _ message: SpoolID) {
        let results = entry.facts.filter { $0.name == "recipient" }.map(\.value)
        for (recipient, words) in zip(entry.people(.recipient), results) {
            guard let place = places[message.text]?.first(where: { rows[$0].recipient == recipient }) else { continue }
            rows[place].at = entry.at
            rows[place].attempts += 1
            rows[place].words = words
            rows[place].from = entry.people(.from).joined(separator: ", ")
            rows[place].mailbox = entry.people(.mailbox).first ?? ""
            rows[place].route = entry.fact("route")
            rows[place].outcome = Self.outcome(words)
        }
        let isGivenUp = entry.fact("next") == "failed"
        guard results.isEmpty || isGivenUp else { return }
        change(entry) { row in
            if isGivenUp { row.outcome = .failed }
            if row.words.isEmpty { row.words = entry.fact("outcome") }
        }
    }

    /// By a client, of its own sending.
    private mutating func report(_ entry: JournalEntry) {
        guard !entry.fact("handout").isEmpty else { return }
        let author = entry.people(.author).joined(separator: ", ")
        let results = entry.facts.filter { $0.name == "recipient" }.map(\.value)
        for (recipient, words) in zip(entry.people(.recipient), results) where rows.count < Self.most {
            rows.append(
                Row(
                    id: entry.fact("handout"), client: entry.fact("client"), author: author, recipient: recipient, begun: entry.at,
                    at: entry.at, outcome: Self.outcome(words), words: "\(words), by the client's word", attempts: 1,
                    from: entry.people(.from).joined(separator: ", "), mailbox: entry.people(.mailbox).first ?? ""))
        }
    }

    private mutating func change(_ entry: JournalEntry, _ change: (inout Row) -> Void) {
        for place in entry.message.flatMap({ places[$0.text] }) ?? []
        where rows[place].outcome == .waiting || rows[place].outcome == .unknown {
            rows[place].at = entry.at
            change(&rows[place])
        }
    }

    private static func outcome(_ words: String) -> Outcome {
        switch words.split(separator: " ").first {
        case "sent": .sent
        case "refused": .refused
        default: .waiting
        }
    }
}

extension JournalEntry {
    package func fact(_ name: String) -> String { facts.first { $0.name == name }?.value ?? "" }

    package func people(_ role: Role) -> [String] { personal.filter { $0.role == role && !$0.text.isEmpty }.map(\.text) }
}
