internal import Web
internal import Mustache
internal import Relay

/// The console's pages, compiled into the program: templates, style and script.
struct PageLibrary: Sendable {
    private let library: MustacheLibrary

    /// The library escapes character by character, and a quote with a combining mark behind it is another character than a quote; a browser sees the quote.
    /// So it is told to escape nothing, and what is filled in has been escaped here, scalar by scalar.
    private static let unescaped = "{{% CONTENT_TYPE:TEXT}}"

    static let shared: PageLibrary = {
        var templates: [String: MustacheTemplate] = [:]
        for (name, bytes) in PageFiles.templates {
            do { templates[name] = try MustacheTemplate(string: unescaped + String(decoding: bytes, as: UTF8.self)) } catch {
                preconditionFailure("the page \(name) cannot be read: \(error)")
            }
        }
        return PageLibrary(library: MustacheLibrary(templates: templates))
    }()

    /// Every text in `values` is text, whatever it looks like.
    func render(_ name: String, _ values: DocumentValue) -> String {
        guard let page = library.render(Self.context(values) as Any, withTemplate: name) else {
            preconditionFailure("there is no page \(name)")
        }
        return page
    }

    /// nil is absent, so that a section does not show.
    private static func context(_ value: DocumentValue) -> Any? {
        switch value {
        case .null: nil
        case .text(let text): HTMLText.escaped(text)
        case .flag(let flag): flag
        case .number(let number): String(number)
        case .decimal(let number): String(number)
        case .list(let values): values.compactMap(context)
        case .map(let entries):
            Dictionary(entries.compactMap { entry in context(entry.value).map { (entry.key, $0) } }) { first, _ in first }
        }
    }
}

enum HTMLText {
    /// For elements and for attributes in quotes. What only turns the direction of writing (Unicode's Bidi_Control) is written out: a name or a reply with
    /// U+202E in it would make a browser show the letters behind it, and ours, in another order than they have.
    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 || "&<>\"'".utf8.contains($0) }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\u{61C}", "\u{200E}", "\u{200F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
                result += "[U+\(String(scalar.value, radix: 16, uppercase: true).leftPadded)]"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension String {
    /// At least four digits, as Unicode writes its numbers.
    fileprivate var leftPadded: String { String(repeating: "0", count: max(0, 4 - count)) + self }
}
