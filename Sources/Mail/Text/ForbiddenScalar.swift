/// Characters that may stand nowhere in an address, a name or any other line that people read: C0 and C1 controls, DEL, the two line separators of Unicode, and what turns the order of a line
/// around (embeddings, overrides, isolates), with which a name shows an address that is not there. The marks that Hebrew and Arabic names are written
/// with (U+200E, U+200F, U+061C) turn nothing around and stay.
package enum ForbiddenScalar {
    package static func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x206F: true
        default: false
        }
    }

    /// Printable ASCII, as nearly all text here is: none of it is forbidden.
    private static func isPlain(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] < 0x20 || text[index] >= 0x7F { return false }
        return true
    }

    /// Code and byte offset of the first one.
    static func first(in text: String) -> (code: UInt32, offset: Int)? {
        guard !isPlain(text.utf8.span) else { return nil }
        let scalars = text.unicodeScalars
        guard let index = scalars.firstIndex(where: contains) else { return nil }
        return (scalars[index].value, text.utf8.distance(from: text.startIndex, to: index))
    }

    /// Each one as a space.
    static func replaced(in text: String) -> String {
        guard !isPlain(text.utf8.span), text.unicodeScalars.contains(where: contains) else { return text }
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { clean.append(contains(scalar) ? " " : scalar) }
        return String(clean)
    }
}

extension String {
    /// What people read and terminals, logs and files print as one line.
    package var isOneLine: Bool { !unicodeScalars.contains(where: ForbiddenScalar.contains) }
}
