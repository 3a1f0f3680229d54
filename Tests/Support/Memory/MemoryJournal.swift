internal import Mail
package import Relay
internal import struct FoundationEssentials.Date

/// The chained record in memory: one strand, refusals of an hour counted together.
struct MemoryJournal {
    static let strand = "memory"
    static let key = [UInt8](repeating: 0x4A, count: 32)

    private(set) var rows: [JournalRow] = []
    private let chain = JournalChain(key: key)

    mutating func append(_ entry: JournalEntry) {
        if entry.kind == .refused, let index = rows.lastIndex(where: { Self.isSameRefusal($0.entry, entry) }) {
            rows[index] = rows[index].counted
            return
        }
        let position = JournalPosition(strand: Self.strand, number: Int64(rows.count + 1))
        let salt = [UInt8](repeating: 0, count: 8) + withUnsafeBytes(of: position.number.bigEndian, Array.init)
        let digest = JournalChain.personalDigest(entry.personal, salt: salt)
        let mac = chain.mac(of: entry, at: position, personalDigest: digest, after: rows.last?.mac ?? JournalChain.start)
        rows.append(JournalRow(position: position, entry: entry, personalDigest: digest, salt: salt, mac: mac))
    }

    private static func isSameRefusal(_ old: JournalEntry, _ new: JournalEntry) -> Bool {
        let age = new.at.timeIntervalSince(old.at)
        guard old.kind == .refused, age >= 0, age < 3600 else { return false }
        return identity(old) == identity(new)
    }

    private static func identity(_ entry: JournalEntry) -> [String] {
        let facts = ["client", "code"].map { name in entry.facts.first { $0.name == name }?.value ?? "" }
        return facts + entry.personal.filter { $0.role == .author }.map { normal($0.text) }
    }

    func matches(_ filter: JournalFilter, _ row: JournalRow) -> Bool {
        let entry = row.entry
        let roles: [(JournalEntry.Role, String?)] = [
            (.from, filter.from), (.author, filter.author), (.recipient, filter.recipient), (.mailbox, filter.mailbox),
        ]
        for case (let role, let text?) in roles
        where !entry.personal.contains(where: { $0.role == role && Self.normal($0.text) == Self.normal(text) }) { return false }
        if let message = filter.message, entry.message != message { return false }
        if !filter.kinds.isEmpty, !filter.kinds.contains(entry.kind) { return false }
        if let since = filter.since, entry.at < since { return false }
        if let until = filter.until, entry.at >= until { return false }
        if let after = filter.after, row.position.strand == after.strand {
            let (number, last) = (row.position.number, after.number)
            guard filter.isNewestFirst ? number < last : number > last else { return false }
        }
        return true
    }

    private static func normal(_ text: String) -> String {
        if let address = try? EmailAddress(text) { return address.key }  // names are looked for as they are
        return text.lowercased()
    }
}

extension JournalRow {
    fileprivate var counted: JournalRow {
        JournalRow(position: position, entry: entry, personalDigest: personalDigest, salt: salt, mac: mac, count: count + 1)
    }
}

extension MemoryStore: Journal {
    package func append(_ entries: [JournalEntry], sightings: [Sighting]) async throws(StoreFailure) {
        try await enter(.append)
        note(entries, sightings)
        committed()
    }

    package func entries(_ filter: JournalFilter) async throws(StoreFailure) -> [JournalRow] {
        try await enter(.entries)
        if let after = filter.after, !journal.rows.contains(where: { $0.position == after }) {
            throw .notFound("journal entry \(after.number) of \(after.strand) to go on from")
        }
        let rows = filter.isNewestFirst ? journal.rows.reversed() : journal.rows
        return Array(rows.lazy.filter { [journal] in journal.matches(filter, $0) }.prefix(max(0, filter.limit)))
    }

    package func heads() async throws(StoreFailure) -> [JournalRow] {
        try await enter(.heads)
        return Array(journal.rows.suffix(1))
    }

    package func rows(of strand: String, from: Int64, limit: Int) async throws(StoreFailure) -> [JournalRow] {
        try await enter(.rows)
        guard strand == MemoryJournal.strand else { return [] }
        return Array(journal.rows.filter { $0.position.number >= from }.prefix(max(0, limit)))
    }
}
