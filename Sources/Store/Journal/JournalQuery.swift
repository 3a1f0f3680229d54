internal import Relay

/// Turns a filter into one statement: every condition must hold, entries come in the order written, or the other way round.
struct JournalQuery: Sendable {
    static let select = """
        SELECT j.number, j.at, j.kind, j.message, j.facts, j.personalDigest, j.mac, j.salt, j.parts, c.count
        FROM journal j LEFT JOIN journalCount c ON c.entry = j.number
        """
    /// What a message is filed as, beside the roles that persons have.
    static let messageRole = "message"

    private var conditions: [String] = []
    /// It looks in what is filed.
    private(set) var asksForPersons = false
    private(set) var arguments: [(any Storable)?] = []
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
            conditions.append("j.number IN (SELECT entry FROM journalRole WHERE role = ? AND text = ?)")
            arguments += [role.rawValue, JournalText.normal(text)]
        }
        if let message = filter.message {
            // Also what is not filed yet: whoever looks for one message has just sent it, often.
            conditions.append(
                """
                j.number IN (SELECT entry FROM journalRole WHERE role = ? AND text = ?
                    UNION ALL SELECT number FROM journal WHERE number > (SELECT filedThrough FROM meta) AND message = ?)
                """)
            arguments += [Self.messageRole, message.text, message.text]
        }
        if !filter.kinds.isEmpty {
            let kinds = filter.kinds.map(\.rawValue).sorted()
            conditions.append("j.kind IN (\(kinds.map { _ in "?" }.joined(separator: ", ")))")
            arguments += kinds
        }
        if let since = filter.since { require("j.at >= ?", since.milliseconds) }
        if let until = filter.until { require("j.at < ?", until.milliseconds) }
    }

    /// Only what comes behind this entry.
    mutating func goOn(behind number: Int64) { require("j.number \(isNewestFirst ? "<" : ">") ?", number) }

    /// Only entries that can be of the times that are asked for.
    mutating func keep(to span: JournalSpan) {
        if let first = span.behind { require("j.number > ?", first) }
        if let last = span.through { require("j.number <= ?", last) }
    }

    private mutating func require(_ condition: String, _ argument: any Storable) {
        conditions.append(condition)
        arguments.append(argument)
    }

    var sql: String {
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return "\(Self.select)\(filter) ORDER BY j.number \(isNewestFirst ? "DESC" : "ASC") LIMIT \(limit)"
    }

    static func row(_ columns: inout Columns) throws -> JournalRow {
        let position = JournalPosition(strand: JournalPen.strand, number: try columns.integer())
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

/// Where the entries of some time can be. There is no index by time, which each message would write: they come nearly in that order.
struct JournalSpan {
    var behind: Int64?
    var through: Int64?
}

extension Transaction {
    func span(since: Int64?, until: Int64?) throws -> JournalSpan {
        var span = JournalSpan()
        if let since {
            span.behind =
                try first(
                    "SELECT max(last) FROM journalWindow WHERE last < coalesce((SELECT min(last) FROM journalWindow WHERE latest >= ?1), ?2)",
                    [since, Int64.max]
                ) { try $0.optionalInteger() } ?? nil
        }
        if let until, try !exists("SELECT 1 FROM journal WHERE number > (SELECT filedThrough FROM meta) AND at < ? LIMIT 1", [until]) {
            span.through = try first("SELECT coalesce(max(last), 0) FROM journalWindow WHERE earliest < ?", [until]) { try $0.integer() }
        }
        return span
    }
}
