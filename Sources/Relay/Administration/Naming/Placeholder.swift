/// A word that help, advice and documentation print where something of one's own belongs: a line that was pasted as it is means nothing of the kind by it.
package enum Placeholder {
    /// With or without an `@` before it. In capitals, as they are printed: `name` is a name.
    private static let words: Set<String> = [
        "ADDRESS", "APPLICATION", "ARGUMENTS", "CLIENT", "CLIENT-ID", "DATE", "DOMAIN", "FILE", "FOLDER", "FROM", "GRANT", "HOST",
        "HOST:PORT",
        "ID", "KEY", "KIND", "LOGIN", "MAILBOX", "NAME", "PORT", "PROGRAM", "PROVIDER", "SCOPE", "SECRET", "TENANT", "TENANT-ID", "URL",
        "USER",
        "USER-OR-ADDRESS", "VALUE", "YYYY-MM-DD", "…", "...",
    ]

    /// What these values leave to be filled in is free text, or another program's business.
    private static let free: Set<String> = ["reason", "command"]

    /// Whether the text is one, or an address of the web whose host is one.
    package static func isOne(_ text: String) -> Bool {
        var word = text[...]
        if let scheme = word.firstRange(of: "://") { word = word[scheme.upperBound...].prefix { $0 != ":" && $0 != "/" } }
        if word.first == "@" { word.removeFirst() }
        if words.contains(String(word)) { return true }
        // <id>, as usage lines have it; <ann@example.org> is an address.
        guard word.count > 2, word.first == "<", word.last == ">" else { return false }
        return word.dropFirst().dropLast().allSatisfy { $0.isLetter || $0 == "-" || $0 == "_" || $0 == " " }
    }

    static func words(_ text: String) -> String { "\(text) only stands for what belongs there: put your own in its place" }

    /// The first in a value, and where.
    static func first(in value: DocumentValue, at path: String) -> (text: String, path: String)? {
        switch value {
        case .text(let text): return isOne(text) ? (text, path) : nil
        case .list(let items):
            for (index, item) in items.enumerated() {
                if let found = first(in: item, at: "\(path)[\(index)]") { return found }
            }
        case .map(let entries):
            for entry in entries where !free.contains(entry.key) {
                if let found = first(in: entry.value, at: path.isEmpty ? entry.key : "\(path).\(entry.key)") { return found }
            }
        case .null, .flag, .number, .decimal: break
        }
        return nil
    }
}

extension Administration {
    /// What somebody says himself; files are taken at their word, since ids of another program may be any word.
    func checkNoPlaceholder(_ entries: [DocumentValue.Entry], at place: String = "", of kind: EntityKind) throws(AdministrationRefusal) {
        guard let found = Placeholder.first(in: .map(entries), at: place) else { return }
        throw AdministrationRefusal(.malformed, Placeholder.words(found.text), at: found.path, of: kind)
    }
}
