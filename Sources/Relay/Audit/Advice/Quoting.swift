/// Words and lines that a person copies into a shell. No `#`: behind a space it begins a comment.
extension String {
    /// As one word of a POSIX shell.
    package var shellQuoted: String {
        isPlainWord ? self : "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// As one argument of PowerShell.
    var powerShellQuoted: String { isPlainWord && !contains(",") && first != "@" ? self : powerShellLiteral }

    var powerShellLiteral: String { "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'" }

    private var isPlainWord: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "@._+-/:%,=".utf8.contains(byte)
                }
            }
    }
}
