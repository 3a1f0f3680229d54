package import Mail
package import struct FoundationEssentials.Date

/// The mail that a change is judged by before it is made: every address that was seen, and each question that a message of the last days asked, once, with how often
/// it was asked.
package struct MailInUse: Sendable {
    /// What a message asked when it was accepted, as far as the journal tells. Which addresses its envelope had makes no difference to where it goes.
    struct PastQuestion: Hashable {
        let authors: [String]
        let purpose: Purpose?
        /// nil: the store's owner.
        let client: ClientID?
        /// Octets, to the next full megabyte: limits are no finer.
        let size: Int
    }

    package let seen: [EmailAddress]
    private(set) var questions: [PastQuestion: Int] = [:]
    /// nil: no messages were asked for.
    private(set) var since: Date?
    private(set) var messages = 0
    /// There were more, and these are the newest.
    private(set) var isCutShort = false

    /// Messages that one report looks at: some seconds.
    private static let most = 200_000

    /// Whoever decides again by days: the longest that a report goes back.
    package static let longest = 366
    package static let usualDays = 7

    init(seen: [EmailAddress]) { self.seen = seen }

    /// `days`: how far back messages are looked at; 0: not at all.
    package init(from store: some AuditStore & Journal, days: Int = usualDays, at now: Date) async throws(StoreFailure) {
        seen = try await store.sightings().authors
        guard days > 0 else { return }
        let since = now.addingTimeInterval(-86_400 * Double(days))
        self.since = since
        var journal = JournalFilter(since: since)
        (journal.kinds, journal.isNewestFirst) = ([.accepted], true)
        while true {
            let page = try await store.entries(journal)
            for row in page {
                guard messages < Self.most else {
                    isCutShort = true
                    return
                }
                add(row.entry)
            }
            guard let last = page.last else { return }
            journal.after = last.position
        }
    }

    /// A notice of ours is no message of anybody's; of one whose personal parts were erased nobody knows whom it was from.
    private mutating func add(_ entry: JournalEntry) {
        let authors = entry.people(.author)
        guard !authors.isEmpty, entry.fact("notice-of").isEmpty else { return }
        messages += 1
        let client = entry.fact("client")
        let megabyte = 1_000_000
        let question = PastQuestion(
            authors: authors, purpose: Purpose(rawValue: entry.fact("purpose")),
            client: client == "owner" ? nil : ClientID(trusted: client),
            size: ((Int(entry.fact("size")) ?? 0) + megabyte - 1) / megabyte * megabyte)
        questions[question, default: 0] += 1
    }
}

extension MailInUse.PastQuestion {
    /// As it would be asked now. nil: its client, or whom it was from, is nobody any more.
    func question(in directory: Directory, at now: Date) -> Question? {
        let addresses = authors.compactMap { try? EmailAddress($0) }  // it was one when it was accepted
        guard let first = addresses.first, addresses.count == authors.count else { return nil }
        var asking: Client?
        if let client {
            guard let known = directory.client(client) else { return nil }
            asking = known
        }
        // With a purpose the settings say whom it is from; where they ask for the current user, it was whoever has the address.
        let user = purpose == nil ? nil : directory.users(with: first).first?.id
        let author = Author(NamedAddress(address: first), others: addresses.dropFirst().map { NamedAddress(address: $0) })
        return Question(purpose: purpose, user: user, from: .authors(author), client: asking, at: now, size: size)
    }

    var subject: String { authors.joined(separator: ", ") }
}
