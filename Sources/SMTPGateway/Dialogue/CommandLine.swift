/// A command taken apart: its word in capitals, and what stands behind it.
struct CommandLine: Sendable, Hashable {
    let word: String
    /// Without the space around it.
    let argument: String

    /// nil where the octets are no text (RFC 6531 allows UTF-8 and nothing else) or hold a control character.
    init?(_ line: [UInt8]) {
        guard !line.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }), let text = String(validating: line, as: UTF8.self) else {
            return nil
        }
        let trimmed = text.drop { $0 == " " || $0 == "\t" }
        let word = trimmed.prefix { $0 != " " && $0 != "\t" }
        self.word = word.uppercased()
        var rest = trimmed.dropFirst(word.count).drop { $0 == " " || $0 == "\t" }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        argument = String(rest)
    }
}
