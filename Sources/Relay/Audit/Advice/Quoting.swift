/// Words and lines that a person copies into a shell. No `#`: behind a space it begins a comment. By scalars, as shells read: a quote that a combining mark
/// follows is one character with it, and a quote all the same.
extension String {
    /// A name or a value as one word of a POSIX shell; what looks like an option is quoted, too, so that `pasteable` finds it.
    package var shellQuoted: String { hasPrefix("-") ? inQuotes : shellWord }

    /// Any word of a POSIX shell, such as an option that was typed.
    package var shellWord: String { isPlainWord ? self : inQuotes }

    private var inQuotes: String {
        "'" + unicodeScalars.map { $0 == "'" ? "'\\''" : String($0) }.joined() + "'"
    }

    /// As one argument of PowerShell.
    var powerShellQuoted: String { isPlainWord && !contains(",") && first != "@" && first != "-" ? self : powerShellLiteral }

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

/// Names and addresses may begin with a hyphen, as options do. The quotes that `shellQuoted` puts around such a word are gone when a command reads it, so that
/// where it stands must say what it is.
extension String {
    /// A command of ours, with such words where the command takes them for values: an option's behind `=`, all others behind `--`.
    package var pasteable: String {
        guard hasPrefix("mandate "), contains(" '-") else { return self }
        let (words, remark) = shellWords
        var front: [String] = []
        var behind: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                behind += rest
                break
            }
            if word.hasPrefix("-"), !word.contains("="), let value = rest.first, !value.hasPrefix("-") {
                front.append(value.looksLikeOption ? "\(word)=\(value)" : "\(word) \(value)")
                rest.removeFirst()
            } else if word.looksLikeOption || !behind.isEmpty && !word.hasPrefix("-") {
                behind.append(word)
            } else {
                front.append(word)
            }
        }
        return (front + (behind.isEmpty ? [] : ["--"] + behind)).joined(separator: " ") + remark
    }

    /// A sentence in which commands of ours stand between back quotes.
    package var withPasteableCommands: String {
        guard contains("'-") else { return self }
        return split(separator: "`", omittingEmptySubsequences: false).map { String($0).pasteable }.joined(separator: "`")
    }

    /// Quoted only because of its first character, or for another reason as well.
    private var looksLikeOption: Bool { hasPrefix("'-") }

    /// As they are written, quotes and all; behind them what a shell takes for a remark.
    private var shellWords: (words: [String], remark: String) {
        var words: [String] = []
        var word = String.UnicodeScalarView()
        var isQuoted = false
        var rest = unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == " ", !isQuoted {
                if !word.isEmpty { words.append(String(word)) }
                word = String.UnicodeScalarView()
                let next = rest.drop { $0 == " " }
                if next.first == "#" { return (words, " " + String(rest)) }
                continue
            }
            if scalar == "'" { isQuoted.toggle() }
            word.append(scalar)
            // An apostrophe of the word itself.
            if scalar == "\\", !isQuoted, let escaped = rest.popFirst() { word.append(escaped) }
        }
        return (words + (word.isEmpty ? [] : [String(word)]), "")
    }
}
