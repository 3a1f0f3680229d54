internal import Mail
internal import Relay

/// What options say of a provider, in the words of the directory file; null takes away.
struct ProviderPatch: Sendable {
    /// One of them, understood as far as its own writing goes.
    struct Word: Sendable {
        let place: [String]
        let value: DocumentValue
    }

    private(set) var entries: [DocumentValue.Entry] = []

    mutating func add(_ word: Word) { Self.set(word.place[...], word.value, &entries) }

    mutating func add(_ place: String..., as text: String?) {
        guard let text else { return }
        add(Word(place: place, value: text.isEmpty || text == "none" ? .null : .text(text)))
    }

    private static func set(_ place: ArraySlice<String>, _ value: DocumentValue, _ entries: inout [DocumentValue.Entry]) {
        guard let key = place.first else { return }
        let index = entries.firstIndex { $0.key == key }
        guard place.count > 1 else {
            if let index { entries[index].value = value } else { entries.append(.init(key, value)) }
            return
        }
        var inner: [DocumentValue.Entry] = if let index, case .map(let own) = entries[index].value { own } else { [] }
        set(place.dropFirst(), value, &inner)
        if let index { entries[index].value = .map(inner) } else { entries.append(.init(key, .map(inner))) }
    }
}

/// How options about providers are written.
extension Parse {
    /// `smtp.example.org:587`, or `smtp.example.org:5870/tls` where the port does not say it (RFC 8314 section 3.3).
    static func door(_ text: String) throws -> DocumentValue {
        if text.isEmpty || text == "none" { return .null }
        let wanted = WordError("it is written host:port, such as smtp.example.org:587, or host:port/tls, or host:port/starttls")
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let colon = parts[0].lastIndex(of: ":"), let port = Int(parts[0][parts[0].index(after: colon)...]),
            (1...65535).contains(port), let host = try? Domain(String(parts[0][..<colon])).ascii
        else { throw wanted }
        let usual: MailEndpoint.Security = [465, 993, 995].contains(port) ? .implicit : .startTLS
        guard let security = parts.count == 2 ? MailEndpoint.Security(rawValue: String(parts[1])) : usual else { throw wanted }
        return ["host": .text(host), "port": .number(Int64(port)), "security": .text(security.rawValue)]
    }

    @Sendable static func smtp(_ text: String) throws -> ProviderPatch.Word { .init(place: ["smtp"], value: try door(text)) }
    @Sendable static func imap(_ text: String) throws -> ProviderPatch.Word { .init(place: ["imap"], value: try door(text)) }
    @Sendable static func pop(_ text: String) throws -> ProviderPatch.Word { .init(place: ["pop"], value: try door(text)) }

    /// `access_type=offline`; nothing behind the sign takes it away.
    @Sendable static func parameter(_ text: String) throws -> ProviderPatch.Word {
        let (name, value) = try pair(text)
        return .init(place: ["authorization", "parameters", name], value: value.isEmpty ? .null : .text(value))
    }

    /// `smtp=…`, `imap.app-only=…`; nothing behind the sign, or `none`, takes it away.
    @Sendable static func scope(_ text: String) throws -> ProviderPatch.Word {
        let (name, value) = try pair(text)
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let resource: TokenResource = try known(parts[0], "resource", in: TokenResource.allCases)
        let kinds = ["delegated", "app-only"]
        let kind = parts.count == 1 ? kinds[0] : parts[1]
        guard kinds.contains(kind) else { throw unknown(kind, "kind of scope", in: kinds) }
        return scope(resource, kind, value)
    }

    /// The scopes of SMTP, which is what most people mean.
    @Sendable static func appOnlyScope(_ text: String) throws -> ProviderPatch.Word { scope(.smtp, "app-only", try line(text)) }

    @Sendable static func delegatedScope(_ text: String) throws -> ProviderPatch.Word { scope(.smtp, "delegated", try line(text)) }

    private static func scope(_ resource: TokenResource, _ kind: String, _ text: String) -> ProviderPatch.Word {
        .init(place: ["scopes", resource.rawValue, kind.asKey], value: text.isEmpty || text == "none" ? .null : .text(text))
    }

    @Sendable static func limit(_ text: String) throws -> ProviderPatch.Word {
        let (name, value) = try pair(text)
        let limit: LimitName = try known(name, "limit", in: LimitName.allCases)
        return .init(place: limit.place, value: limit.value(value))
    }

    @Sendable static func habit(_ text: String) throws -> ProviderPatch.Word {
        let (name, value) = try pair(text)
        let habit: HabitName = try known(name, "habit", in: HabitName.allCases)
        return .init(place: habit.place, value: habit.value(value))
    }

    private static func pair(_ text: String) throws -> (name: String, value: String) {
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex else { throw WordError("it is written NAME=VALUE") }
        return (String(text[..<sign]), try line(String(text[text.index(after: sign)...])))
    }

    private static func known<Name: RawRepresentable<String>>(_ text: String, _ what: String, in names: [Name]) throws -> Name {
        guard let name = Name(rawValue: text) else { throw unknown(text, what, in: names.map(\.rawValue)) }
        return name
    }

    private static func unknown(_ text: String, _ what: String, in names: [String]) -> WordError {
        let close = Closeness.closest(to: text, in: names)
        let hint = close.first.map { "did you mean \($0)? There are" } ?? "there are"
        return WordError("there is no \(what) \"\(text.prefix(60))\"; \(hint) \(names.joined(separator: ", "))")
    }
}
