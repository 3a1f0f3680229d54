/// Makes a provider's words fit to be read, logged and stored: one line, bounded, without control characters, and without our secrets,
/// which some servers repeat.
struct TokenDetail: Sendable {
    /// Entra's longest first lines have about 250 characters before the trace numbers.
    static let mostCharacters = 300
    private static let mark = Array("‹secret›".utf8)

    /// Longest first, so that one secret that begins another leaves no tail of it.
    private let secrets: [[UInt8]]

    init(hiding secrets: [[UInt8]]) {
        self.secrets = secrets.flatMap { [$0, FormBody.encode($0)] }.filter { !$0.isEmpty }.sorted { $0.count > $1.count }
    }

    /// Hidden before the cut, so that no part of a secret stays behind at the edge; and again after the clean-up, which may have joined
    /// one.
    func line(_ text: String?) -> String {
        let whole = hide(text ?? "")
        let first = whole.unicodeScalars.split { $0.value == 10 || $0.value == 13 }.first { $0.contains { !$0.properties.isWhitespace } }
        guard let first else { return "no reason given" }
        let clean = hide(String(String.UnicodeScalarView(first.filter { !Self.isInvisible($0) })))
        let scalars = clean.unicodeScalars.drop { $0.properties.isWhitespace }
        return scalars.count <= Self.mostCharacters ? String(scalars) : String(scalars.prefix(Self.mostCharacters)) + "…"
    }

    /// By bytes: compared as characters, a combining mark after a secret would make it another text.
    private func hide(_ text: String) -> String {
        var bytes = Array(text.utf8)
        for secret in secrets { bytes.replace(secret, with: Self.mark) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Control characters, and those that reorder or break a line on a terminal.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
