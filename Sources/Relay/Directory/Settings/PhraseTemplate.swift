/// The setting `template`: text with places for the author's name and the organisation.
struct PhraseTemplate: Sendable {
    /// Readers know that shape from mailing lists (domain.md 4.4).
    static let usual = "{name} via {organisation}"

    private enum Part: Sendable {
        case text(String)
        case name, organisation
    }

    private var parts: [Part] = []

    init(_ text: String) {
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            let (place, part): (String, Part) =
                if rest[open...].hasPrefix("{name}") {
                    ("{name}", .name)
                } else if rest[open...].hasPrefix("{organisation}") {
                    ("{organisation}", .organisation)
                } else {
                    ("{", .text("{"))
                }
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            parts.append(part)
            rest = rest[open...].dropFirst(place.count)
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
    }

    /// No place in what is filled in is filled: it is the sender's own text.
    func phrase(name: String, organisation: String) -> String {
        var phrase = ""
        for part in parts {
            switch part {
            case .text(let text): phrase += text
            case .name: phrase += name
            case .organisation: phrase += organisation
            }
        }
        return phrase
    }
}
