/// A provider's words about a token or a consent, made fit for a page, a log and a terminal: one line, bounded, and nothing in it that cannot be seen. Some of
/// them come through a browser, where anybody can write them.
package enum ProviderText {
    /// Entra's longest first lines have about 250 characters before the trace numbers.
    package static let mostCharacters = 300

    /// Empty: it says nothing.
    package static func line(_ text: String) -> String { bounded(firstLine(of: text)) }

    /// The first that says anything, as long as it is.
    package static func firstLine(of text: String) -> String {
        let first = text.unicodeScalars.split { $0.value == 10 || $0.value == 13 }.first { $0.contains { !$0.properties.isWhitespace } }
        return String(String.UnicodeScalarView((first ?? "".unicodeScalars[...]).filter { !isInvisible($0) }))
    }

    package static func bounded(_ line: String) -> String {
        let scalars = line.unicodeScalars.drop { $0.properties.isWhitespace }
        return scalars.count <= mostCharacters ? String(scalars) : String(scalars.prefix(mostCharacters)) + "…"
    }

    /// Control characters of both sets, and marks that reorder or break a line; what no font shows is no word either.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}
