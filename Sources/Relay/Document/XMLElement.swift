/// One element of a small document, with what stands in it, by local names.
package struct XMLElement: Sendable, Hashable {
    package let name: String
    /// Where its start tag ends.
    package let line: Int
    package let attributes: [String: String]
    package var children: [XMLElement] = []
    /// Its own text, without that of its children.
    package var rawText = ""

    package init(name: String, line: Int, attributes: [String: String] = [:], children: [XMLElement] = [], rawText: String = "") {
        self.name = name
        self.line = line
        self.attributes = attributes
        self.children = children
        self.rawText = rawText
    }

    /// Without the spaces and line ends that a file is laid out with; each run of them inside is one space.
    package var text: String { rawText.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    package func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The text of the first such child; nil if there is none, or nothing in it.
    package func text(_ name: String) -> String? { all(name).first.map(\.text).flatMap { $0.isEmpty ? nil : $0 } }
}

/// Reads XML for those who know no parser.
package protocol XMLReader: Sendable {
    /// The elements right below the root, one after another; none is kept. No network, no DTD, bounded in all directions.
    func read(_ bytes: [UInt8], each: (XMLElement) -> Void) throws(ImportFault)
}
