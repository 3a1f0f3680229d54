/// Words and lines that a person copies into a shell. No `#`: behind a space it begins a comment. By scalars, as shells read: a quote that a combining mark
/// follows is one character with it, and a quote all the same.
extension String {
    /// As one word of a POSIX shell.
    package var shellQuoted: String {
        isPlainWord ? self : "'" + unicodeScalars.map { $0 == "'" ? "'\\''" : String($0) }.joined() + "'"
    }

    /// As one argument of PowerShell.
    var powerShellQuoted: String { isPlainWord && !contains(",") && first != "@" ? self : powerShellLiteral }

    /// A quote is written twice; PowerShell takes the typographic ones for the same.
    var powerShellLiteral: String {
        "'" + unicodeScalars.map { Self.powerShellQuotes.contains($0) ? "\($0)\($0)" : String($0) }.joined() + "'"
    }

    private static let powerShellQuotes: Set<Unicode.Scalar> = ["'", "\u{2018}", "\u{2019}", "\u{201A}", "\u{201B}"]

    private var isPlainWord: Bool {
        !isEmpty && first != "="
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "@._+-/:%,=".utf8.contains(byte)
                }
            }
    }
}
