internal import Mail

/// The text of a Postfix lookup table, as postmap(1) reads it: a key, space, a value; a line that begins with space goes on with the one before; `#` before
/// comments. Tables of patterns are another language, in which the order counts, and are refused.
struct PostfixTable {
    private struct Entry {
        let line: Int
        let key: String
        var value: String
    }

    private var entries: [Entry] = []

    init(_ text: String) throws(ImportFault) {
        for (number, line) in ImportText.lines(text) {
            guard let first = line.first(where: { !$0.isWhitespace }), first != "#" else { continue }
            if line.first?.isWhitespace == true {
                guard !entries.isEmpty else { throw ImportFault(line: number, "it goes on with the line before, and there is none") }
                entries[entries.count - 1].value += " " + line.trimmedSpace
                continue
            }
            guard !(["/", "!/", "if /", "if !/"].contains { line.hasPrefix($0) }) else {
                throw ImportFault(
                    line: number, "this is a table of patterns (regexp or pcre): write the addresses that it stands for as key and value")
            }
            let key = line.prefix { !$0.isWhitespace }
            entries.append(Entry(line: number, key: String(key), value: line.dropFirst(key.count).trimmedSpace))
        }
        guard !entries.isEmpty else { throw ImportFault("nothing but comments stands in it") }
    }
}

/// smtpd_sender_login_maps: who may use an address as envelope sender.
extension PostfixTable {
    var logins: ImportReading {
        entries.flatMap { entry -> [ImportItem] in
            func skipped(_ why: String) -> [ImportItem] { [ImportItem(entry.line, entry.key, .skipped(why))] }
            guard entry.key.contains("@") else {
                return skipped("it has no domain: Postfix means each of its own by that, so write the address with its domain")
            }
            let logins = entry.value.split { $0 == "," || $0.isWhitespace }
            guard !logins.isEmpty else { return skipped("nobody may use it") }
            return logins.map { login in
                ImportItem(
                    entry.line, "\(login) as \(entry.key)",
                    .right(ImportedRight(holder: String(login), covers: [entry.key], reason: "Postfix: sender_login_maps")))
            }
        }
    }
}

/// smtp_generic_maps: which address a local one has outside.
extension PostfixTable {
    var generic: ImportReading {
        entries.map { entry in
            func item(_ content: ImportItem.Content) -> ImportItem { ImportItem(entry.line, entry.key, content) }
            guard !entry.key.hasPrefix("@"), entry.key != "*" else {
                return item(
                    .skipped(
                        "a whole domain is nobody's: a carrier (`mandate settings set carrier ADDRESS`) sends for those who have no route"))
            }
            guard !entry.value.hasPrefix("@") else { return item(.skipped("it only moves to another domain: write each address")) }
            guard let id = UserID(entry.key) else { return item(.skipped("it is no id: 1 to 255 bytes without control characters")) }
            do throws(AddressError) { return item(.user(id, try EmailAddress(entry.value))) } catch {
                return item(.skipped("\"\(entry.value.prefix(100))\" is no address: \(error)"))
            }
        }
    }
}
