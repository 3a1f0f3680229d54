/// One thing that FETCH asks of a message (RFC 9051, section 6.4.5).
enum FetchItem: Sendable, Hashable {
    case uid, flags, size
    case whole(name: String)
    case header(name: String)
    case text(name: String)
    case fields(name: String, [String])

    /// nil: it asks for something that is not here.
    static func list(_ text: String, isUID: Bool) -> [FetchItem]? {
        let inner = text.first == "(" && text.last == ")" ? text.dropFirst().dropLast() : text[...]
        guard let words = IMAPArguments.list(inner), !words.isEmpty else { return nil }
        var items: [FetchItem] = []
        for word in words {
            guard let item = FetchItem(word) else { return nil }
            items.append(item)
        }
        return isUID && !items.contains(.uid) ? [.uid] + items : items
    }

    private init?(_ text: String) {
        // What PEEK spares, a flag, is not kept here, and is not told in the answer.
        let upper = text.uppercased().replacing("BODY.PEEK[", with: "BODY[")
        switch upper {
        case "UID": self = .uid
        case "FLAGS": self = .flags
        case "RFC822.SIZE": self = .size
        case "BODY[]", "RFC822": self = .whole(name: upper)
        case "BODY[HEADER]", "RFC822.HEADER": self = .header(name: upper)
        case "BODY[TEXT]", "RFC822.TEXT": self = .text(name: upper)
        default:
            guard upper.hasPrefix("BODY[HEADER.FIELDS ("), upper.hasSuffix(")]") else { return nil }
            let names = upper.dropFirst("BODY[HEADER.FIELDS (".count).dropLast(2).split(separator: " ").map(String.init)
            guard !names.isEmpty else { return nil }
            self = .fields(name: upper, names)
        }
    }

    /// The untagged line, literals and all.
    static func answer(_ items: [FetchItem], _ message: DeliveredMessage, at place: Int) -> [UInt8] {
        var answer = Array("* \(place) FETCH (".utf8)
        for (index, item) in items.enumerated() {
            if index > 0 { answer.append(UInt8(ascii: " ")) }
            answer += item.answer(message)
        }
        return answer + Array(")\r\n".utf8)
    }

    private func answer(_ message: DeliveredMessage) -> [UInt8] {
        func literal(_ name: String, _ octets: some Collection<UInt8>) -> [UInt8] { Array("\(name) {\(octets.count)}\r\n".utf8) + octets }
        return switch self {
        case .uid: Array("UID \(message.uid)".utf8)
        case .flags: Array("FLAGS ()".utf8)
        case .size: Array("RFC822.SIZE \(message.content.count)".utf8)
        case .whole(let name): literal(name, message.content)
        case .header(let name): literal(name, message.header)
        case .text(let name): literal(name, message.content[message.header.endIndex...])
        case .fields(let name, let names): literal(name, message.fields(names))
        }
    }
}
