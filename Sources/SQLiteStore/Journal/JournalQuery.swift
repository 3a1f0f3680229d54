internal import GRDB
internal import Relay

/// Turns a filter into one statement: every condition must hold, entries come in the order written, or the other way round.
struct JournalQuery: Sendable {
    static let select = """
        SELECT j.strand, j.number, j.at, j.kind, j.message, j.facts, j.personalDigest, j.mac, j.salt, j.parts, c.count
        FROM journal j LEFT JOIN journalCount c ON c.entry = j.sequence
        """

    private var conditions: [String] = []
    /// It looks in what is filed.
    private(set) var asksForPersons = false
    private(set) var arguments: [(any DatabaseValueConvertible & Sendable)?] = []
    private let limit: Int
    private let isNewestFirst: Bool

    init(_ filter: JournalFilter) {
        limit = max(0, filter.limit)
        isNewestFirst = filter.isNewestFirst
        let roles: [(JournalEntry.Role, String?)] = [
            (.from, filter.from), (.author, filter.author), (.recipient, filter.recipient), (.mailbox, filter.mailbox),
        ]
        for (role, text) in roles {
            guard let text else { continue }
            asksForPersons = true
            conditions.append("j.sequence IN (SELECT entry FROM journalRole WHERE role = ? AND text = ?)")
            arguments += [role.rawValue, JournalText.normal(text)]
        }
        if let message = filter.message { require("j.message = ?", message.text) }
        if !filter.kinds.isEmpty {
            let kinds = filter.kinds.map(\.rawValue).sorted()
            conditions.append("j.kind IN (\(kinds.map { _ in "?" }.joined(separator: ", ")))")
            arguments += kinds
        }
        if let since = filter.since { require("j.at >= ?", since.milliseconds) }
        if let until = filter.until { require("j.at < ?", until.milliseconds) }
    }

    /// Only what comes behind the entry of this sequence.
    mutating func goOn(behind sequence: Int64) { require("j.sequence \(isNewestFirst ? "<" : ">") ?", sequence) }

    private mutating func require(_ condition: String, _ argument: any DatabaseValueConvertible & Sendable) {
        conditions.append(condition)
        arguments.append(argument)
    }

    var sql: String {
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return "\(Self.select)\(filter) ORDER BY j.sequence \(isNewestFirst ? "DESC" : "ASC") LIMIT \(limit)"
    }

    static func row(_ columns: inout Columns) throws -> JournalRow {
        let position = JournalPosition(strand: try columns.text(), number: try columns.integer())
        let at = try columns.date()
        let kind = try columns.choice(JournalEntry.Kind.self)
        let message = try columns.optionalText().map { SpoolID(trusted: $0) }
        let facts = try pairs(columns.text()).map { JournalEntry.Fact($0, $1) }
        let digest = try columns.bytes()
        let mac = try columns.bytes()
        let salt = try columns.optionalBytes()
        let personal = try columns.optionalText().map { try Self.personal($0) } ?? []
        let entry = JournalEntry(at: at, kind: kind, message: message, facts: facts, personal: personal)
        let count = try columns.optionalInteger() ?? 1
        return JournalRow(position: position, entry: entry, personalDigest: digest, salt: salt, mac: mac, count: Int(count))
    }

    static func personal(_ text: String) throws -> [JournalEntry.Personal] {
        try pairs(text).map { JournalEntry.Personal(try Columns.choice($0), $1) }
    }

    private static func pairs(_ text: String) throws -> [(String, String)] {
        try ListText.rows(text).map { list in
            guard list.count == 2, let name = list[0], let value = list[1] else {
                throw StoreFailure.damaged("a journal entry has a part of \(list.count) texts")
            }
            return (name, value)
        }
    }
}
