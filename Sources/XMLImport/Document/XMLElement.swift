/// One element of a small document, with what stands in it, by local names.
struct XMLElement: Sendable, Hashable {
    let name: String
    /// Where its start tag ends.
    let line: Int
    let attributes: [String: String]
    var children: [XMLElement] = []
    /// Its own text, without that of its children.
    var rawText = ""

    /// Without the spaces and line ends that a file is laid out with; each run of them inside is one space.
    var text: String { rawText.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The text of the first such child; nil if there is none, or nothing in it.
    func text(_ name: String) -> String? { all(name).first.map(\.text).flatMap { $0.isEmpty ? nil : $0 } }
}
