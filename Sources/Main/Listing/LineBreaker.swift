/// Breaks a text into lines that fit a number of terminal columns: between words, and a word that is too long by itself where an address, a
/// path or a name has a joint. Nothing is lost but the spaces at the breaks.
enum LineBreaker {
    static func lines(_ text: String, width: Int) -> [String] {
        guard DisplayWidth.of(text) > width else { return [text] }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let longer = line.isEmpty ? String(word) : "\(line) \(word)"
            if DisplayWidth.of(longer) <= width {
                line = longer
                continue
            }
            if !line.isEmpty { lines.append(line) }
            var rest = String(word)
            while DisplayWidth.of(rest) > width {
                let head = head(of: rest, width)
                lines.append(head)
                rest.removeFirst(head.count)
            }
            line = rest
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    /// What a long word may be parted after.
    private static let joints: Set<Character> = ["@", "/", ",", ";", ":", "=", "&", "?", "-", "_", "."]

    /// As much of a long word as fits, up to its last joint if that is not near its beginning; at least one character, however narrow the line.
    private static func head(of word: String, _ width: Int) -> String {
        var fitting = 0, taken = 0
        for character in word {
            taken += DisplayWidth.of(String(character))
            guard taken <= width else { break }
            fitting += 1
        }
        let head = word.prefix(max(1, fitting))
        guard let joint = head.lastIndex(where: joints.contains), case let parted = head[...joint], parted.count * 2 >= head.count else {
            return String(head)
        }
        return String(parted)
    }
}
