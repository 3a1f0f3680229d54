internal import Store

extension PostgresConnection {
    static let dialect = Dialect(
        texts: { "jsonb_array_elements_text(\($0)::jsonb)" },
        numbers: { "(SELECT value::bigint AS value FROM jsonb_array_elements_text(\($0)::jsonb)) AS numbers" },
        lists: { "jsonb_array_elements(\($0)::jsonb)" }, greatest: "greatest", least: "least", position: "strpos",
        lastNumber: "currval('message_number')", skippingLocked: " FOR UPDATE SKIP LOCKED",
        lockJournal: "SELECT 1 FROM meta FOR UPDATE",
        behindCopy: [
            "SELECT setval('message_number', (SELECT coalesce(max(number), 0) + 1 FROM message), false)",
            "SELECT setval(pg_get_serial_sequence('content', 'number'), (SELECT coalesce(max(number), 0) + 1 FROM content), false)",
            // Otherwise it plans for empty tables until it has counted them by itself.
            "ANALYZE message, queue, fate, body, content, chunk, journal, journalRole, \"user\", userAddress, mailbox, delegation",
        ], appendedSums: AppendedSums(PostgresSchema.takings))
}

/// Question marks as the server wants them: `$1` for the first, `?3` is `$3`.
enum Marks {
    static func numbered(_ sql: String) -> String {
        var text = ""
        text.reserveCapacity(sql.utf8.count + 16)
        var (next, isQuoted) = (1, false)
        var rest = Substring(sql)
        while let character = rest.popFirst() {
            if character == "'" { isQuoted.toggle() }
            guard character == "?", !isQuoted else {
                text.append(character)
                continue
            }
            let number = rest.prefix { $0.isNumber }
            rest = rest.dropFirst(number.count)
            text += number.isEmpty ? "$\(next)" : "$\(number)"
            next += 1
        }
        return text
    }
}
