package import Mail
package import struct FoundationEssentials.Date

/// Whose mail goes another way once the directory is another: the decider is asked before and after, of every address that is in use and of mail that names none.
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
    }

    package private(set) var rows: [Row] = []
    /// Addresses that were asked about.
    package private(set) var asked = 0

    /// In a sentence without its full stop.
    package var words: String {
        let lost = rows.count { $0.isLost }
        let ways = rows.isEmpty ? "all mail goes as it did" : "\(rows.count) \(rows.count == 1 ? "goes" : "go") another way"
        return "\(ways), of \(asked) addresses asked about" + (lost == 0 ? "" : "; \(lost) \(lost == 1 ? "has" : "have") none then")
    }

    private let before: Decider
    private let after: Decider
    private let now: Date
    /// Mail of each goes by other settings in one of them.
    private let purposes: [Purpose?]

    /// `seen`: addresses of traffic.
    package init(
        from present: Snapshot, to future: Snapshot, seen: [EmailAddress], at now: Date, progress: (Int) -> Void = { _ in }
    ) {
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
        for address in seen where done.insert(address).inserted { ask(address) }
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
        add("mail for \(purpose.rawValue) that names nobody", nil, was, then) { answer in
            answer.author.map { "\($0.first.address), \(answer.way)" } ?? answer.way
        }
    }

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

    private mutating func add(_ subject: String, _ address: EmailAddress?, _ was: Answer, _ then: Answer, _ words: (Answer) -> String) {
        let (before, after) = (words(was), words(then))
        guard before != after else { return }
        rows.append(
            Row(
                subject: subject, address: address, before: before, after: after,
                isLost: was.obstacle == nil && then.obstacle != nil))
    }
}

extension Answer {
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
