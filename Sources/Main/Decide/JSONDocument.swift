internal import Relay

/// Writes a document as JSON, its keys in their order, indented by two.
enum JSONDocument {
    static func text(_ value: DocumentValue, indent: String = "") -> String {
        let inner = indent + "  "
        switch value {
        case .null: return "null"
        case .text(let text): return JSONText.string(text)
        case .flag(let flag): return String(flag)
        case .number(let number): return String(number)
        case .decimal(let number): return number.isFinite ? String(number) : "null"
        case .list(let items):
            guard !items.isEmpty else { return "[]" }
            return "[\n" + items.map { inner + text($0, indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .map(let entries):
            guard !entries.isEmpty else { return "{}" }
            let lines = entries.map { "\(inner)\(JSONText.string($0.key)): \(text($0.value, indent: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }
}
