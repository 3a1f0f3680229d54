internal import Mail
internal import Relay
internal import Yams

/// Reads a directory file, YAML or JSON, which YAML contains. What it says is checked by `DirectoryDocument`; here it only becomes values.
enum DirectoryFile {
    /// A million users with an address each are 85 MB, and seven million values.
    private static let largest = 256 << 20
    /// An alias stands for what it names, and a few lines of aliases to aliases for billions of values.
    private static let mostValues = 20_000_000
    /// Without aliases, no value takes less than a byte; so many more may stand for each other in any file.
    private static let mostAliasedValues = 100_000
    /// The document itself needs five levels; libyaml stops at a thousand.
    private static let deepest = 32

    static func read(_ path: String, _ live: Live) throws(CommandFailure) -> DirectoryDocument {
        let file = try InputFile(path, live)
        let name = file.name
        let bytes = try file.readAll(limit: largest)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .data("\(name) is not UTF-8") }
        let value = try value(of: text, name)
        do throws(DocumentError) { return try DirectoryDocument(value) } catch {
            throw .data("\(name): \(error)")
        }
    }

    static func value(of text: String, _ name: String) throws(CommandFailure) -> DocumentValue {
        let node: Node?
        do { node = try Yams.compose(yaml: text) } catch {
            throw .data("\(name) is not YAML: \(sentence(error))")
        }
        var left = min(mostValues, text.utf8.count + mostAliasedValues)
        return try node.map { node throws(CommandFailure) in try value(node, depth: 0, &left, name) } ?? .null
    }

    private static func value(_ node: Node, depth: Int, _ left: inout Int, _ name: String) throws(CommandFailure) -> DocumentValue {
        left -= 1
        guard left >= 0, depth <= deepest else { throw .data("\(name) is too large or too deep to be a directory") }
        switch node {
        case .scalar(let scalar):
            // As it was written: 007 stays an id, and `on` is what the reader makes of it.
            let isPlain = scalar.style == .plain || scalar.style == .any
            return isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.string) ? .null : .text(scalar.string)
        case .sequence(let sequence):
            var items: [DocumentValue] = []
            for item in sequence { items.append(try value(item, depth: depth + 1, &left, name)) }
            return .list(items)
        case .mapping(let mapping):
            var entries: [DocumentValue.Entry] = []
            for (key, item) in mapping {
                guard let key = key.scalar?.string else { throw .data("\(name) has a key that is no word\(place(item))") }
                entries.append(DocumentValue.Entry(key, try value(item, depth: depth + 1, &left, name)))
            }
            return .map(entries)
        case .alias: throw .data("\(name) has an alias to nothing\(place(node))")
        }
    }

    private static func place(_ node: Node) -> String { node.mark.map { " (line \($0.line))" } ?? "" }

    /// The parser's own account, on one line and without the excerpt of the file that it adds.
    private static func sentence(_ error: any Error) -> String {
        guard let error = error as? YamlError else { return "it cannot be read" }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            return "\(problem) (line \(mark.line))"
        case .duplicatedKeysInMapping(let keys, let context):
            return "the key \(keys.map(\.description).joined(separator: ", ")) stands there twice (line \(context.mark.line))"
        case .reader(let problem, _, _, _): return problem
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded: return "it cannot be read"
        }
    }
}
