package import Mail
package import struct FoundationEssentials.Date

/// Whose mail goes another way once the directory is another: the decider is asked before and after, of every address that is in use, of mail that names none, and of
/// the messages of the last days.
package struct RouteImpact: Sendable {
    package struct Row: Sendable, Hashable {
        /// An address, or what mail is for that names none; with its purpose where others go as they went.
        package let subject: String
        /// nil: it names none.
        package let address: EmailAddress?
        package let before: String
        package let after: String
        /// It had a way, and has none then.
        package let isLost: Bool
        /// Of the last days, that would go this way instead of that.
        package fileprivate(set) var messages = 0
    }

    package private(set) var rows: [Row] = []
    /// Addresses that were asked about.
    package private(set) var asked = 0

    /// In a sentence without its full stop.
    package var words: String {
        let lost = rows.count { $0.isLost }
        let ways = rows.isEmpty ? "all mail goes as it did" : Self.counted(rows.count, "goes", "go") + " another way"
        let addresses = "\(ways), of \(asked) addresses asked about" + (lost == 0 ? "" : "; \(Self.counted(lost, "has", "have")) none then")
        return [addresses, wordsOfMessages].compactMap(\.self).joined(separator: "; ")
    }

    private var wordsOfMessages: String? {
        guard let since = mail.since else { return nil }
        let which = mail.isCutShort ? "of the newest \(mail.messages) messages" : "of \(mail.messages) messages since \(since.day)"
        let (changed, lost) = (rows.reduce(0) { $0 + $1.messages }, rows.reduce(0) { $0 + ($1.isLost ? $1.messages : 0) })
        guard mail.messages > 0 else { return "no message since \(since.day)" }
        return "\(which) \(Self.counted(changed, "would go", "would go")) another way" + (lost == 0 ? "" : ", \(lost) of them none at all")
    }

    private static func counted(_ count: Int, _ one: String, _ several: String) -> String { "\(count) \(count == 1 ? one : several)" }

    private let before: Decider
    private let after: Decider
    private let now: Date
    private let mail: MailInUse
    /// Where each subject's rows stand, until they are sorted.
    private var places: [String: [Int]] = [:]
    /// Mail of each goes by other settings in one of them.
    private let purposes: [Purpose?]

    package init(from present: Snapshot, to future: Snapshot, mail: MailInUse, at now: Date, progress: (Int) -> Void = { _ in }) {
        self.mail = mail
        let (before, after) = (present.directory, future.directory)
        self.before = Decider(directory: before, conditions: present.conditions)
        self.after = Decider(directory: after, conditions: future.conditions)
        self.now = now
        let isOfPurposes = [before, after].contains { $0.settings.all.contains { $0.key.purpose != nil } }
        purposes = [nil] + (isOfPurposes ? Purpose.allCases : [])
        for purpose in Purpose.allCases { ask(purpose) }
        var done: Set<EmailAddress> = []
        for directory in [before, after] {
            for address in Self.named(in: directory) where done.insert(address).inserted { ask(address) }
        }
        for address in mail.seen where done.insert(address).inserted { ask(address) }
        // Of people there may be a million: whoever has the same record, in a directory that is otherwise the same, needs no question.
        let isOtherwiseSame = before.isSame(butUsers: after) && present.conditions.revision == future.conditions.revision
        for (one, other) in [(before, after), (after, before)] {
            for user in one.allUsers {
                if isOtherwiseSame, other.user(user.id) == user { continue }
                for entry in user.addresses where entry.isOn && done.insert(entry.address).inserted {
                    ask(entry.address)
                    if asked.isMultiple(of: 1000) { progress(asked) }
                }
            }
        }
        for (question, count) in mail.questions { ask(question, count) }
        places = [:]
        rows.sort { ($0.isLost ? 0 : 1, $0.subject) < ($1.isLost ? 0 : 1, $1.subject) }
    }

    private static func named(in directory: Directory) -> [EmailAddress] {
        directory.allMailboxes.map(\.address)
            + directory.allDelegations.compactMap { if case .address(let address) = $0.covers { address } else { nil } }
            + directory.allClients.compactMap(\.authorIfUnusable)
            + directory.settings.all.compactMap { $0.key.name.mayNameUser ? try? EmailAddress($0.text) : nil }
    }

    /// Mail that names nobody is from whom the settings say.
    private mutating func ask(_ purpose: Purpose) {
        let question = Question(purpose: purpose, at: now)
        let (was, then) = (before.decide(question), after.decide(question))
        add(Self.unnamed(purpose), nil, was, then, \.wayWithAuthor)
    }

    private static func unnamed(_ purpose: Purpose) -> String { "mail for \(purpose.rawValue) that names nobody" }

    private mutating func ask(_ address: EmailAddress) {
        asked += 1
        let author = Author(NamedAddress(address: address))
        var usual: (String, String)?
        for purpose in purposes {
            let routing = Routing(purpose: purpose, envelopeSender: nil, at: now)
            let (was, then) = (before.decide(author, routing), after.decide(author, routing))
            let ways = (was.way, then.way)
            if let usual, usual == ways { continue }
            if purpose == nil { usual = ways }
            add(purpose.map { "\(address) (\($0.rawValue))" } ?? address.description, address, was, then, \.way)
        }
    }

    /// Messages that went as their address does stand in its line; all others in one of their own.
    private mutating func ask(_ past: MailInUse.PastQuestion, _ count: Int) {
        guard var question = past.question(in: before.directory, at: now) else { return }
        let was = before.decide(question)
        var then: Answer?
        question.client = past.client.flatMap { after.directory.client($0) }
        if past.client == nil || question.client != nil { then = after.decide(question) }
        let ways = [(was.way, then?.way), (was.wayWithAuthor, then?.wayWithAuthor)].map { ($0, $1 ?? "refused: its client is gone") }
        guard ways[1].0 != ways[1].1 else { return }
        let subject = past.purpose.map { "\(past.subject) (\($0.rawValue))" } ?? past.subject
        let subjects = [past.subject, subject] + (past.purpose.map { [Self.unnamed($0)] } ?? [])
        let known = subjects.flatMap { places[$0] ?? [] }.first { place in
            ways.contains { $0 == (rows[place].before, rows[place].after) }
        }
        if let known {
            rows[known].messages += count
        } else {
            let isLost = was.obstacle == nil && (then.map { $0.obstacle != nil } ?? true)
            let client = past.client.flatMap { before.directory.client($0)?.name }
            append(
                Row(
                    subject: client.map { "\(subject), of client \($0)" } ?? subject, address: nil, before: ways[1].0, after: ways[1].1,
                    isLost: isLost, messages: count))
        }
    }

    private mutating func append(_ row: Row) {
        places[row.subject, default: []].append(rows.count)
        rows.append(row)
    }

    private mutating func add(_ subject: String, _ address: EmailAddress?, _ was: Answer, _ then: Answer, _ words: (Answer) -> String) {
        let (before, after) = (words(was), words(then))
        guard before != after else { return }
        append(
            Row(
                subject: subject, address: address, before: before, after: after,
                isLost: was.obstacle == nil && then.obstacle != nil))
    }
}

extension Answer {
    fileprivate var wayWithAuthor: String { author.map { "\($0.first.address), \(way)" } ?? way }

    /// Through which mailbox, as whom.
    fileprivate var way: String {
        switch self {
        case .decided(let decision):
            "\(decision.route.rawValue) through \(decision.mailbox.address) by \(decision.transport.rawValue)"
                + (decision.fields.replyTo.isEmpty
                    ? "" : ", From \(decision.fields.from.map(\.address.description).joined(separator: ", "))")
        case .later(_, let refusal): "waits: \(refusal.code.rawValue)"
        case .hold(_, let refusal): "is held: \(refusal.code.rawValue)"
        case .refused(let refusal): "refused: \(refusal.code.rawValue)"
        }
    }
}

extension Directory {
    /// In everything that is decided by, users aside.
    fileprivate func isSame(butUsers other: Directory) -> Bool {
        settings.all.map { "\($0.key) \($0.text)" } == other.settings.all.map { "\($0.key) \($0.text)" } && providers == other.providers
            && applications == other.applications && grants == other.grants && mailboxes == other.mailboxes && families == other.families
            && delegations == other.delegations && denials == other.denials && clients == other.clients
    }
}
