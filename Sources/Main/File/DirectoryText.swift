internal import Relay
internal import Yams

/// Writes a directory as the file that means it: the same directory, the same octets.
enum DirectoryText {
    private static let head = """
        # The directory of a Mandate store. `mandate plan FILE` says what this file would change, `mandate apply FILE` does it.
        # Comments are not kept, and no secret is in here: `mandate applications set` and `mandate grants authorize` take those.

        """

    /// `edition`: what the file says it was made of.
    static func write(_ directory: Directory, edition: Edition?, to output: OutputStream) throws {
        output.write(head + "format: \(DirectoryDocument.format)\n" + (edition.map { "edition: \($0)\n" } ?? ""))
        try DirectoryDocument(directory).eachPart { part in
            // A long line stays one: what is compared line by line should not move.
            let text = try Yams.serialize(node: node(.map([.init(part.section, part.value)])), width: -1, allowUnicode: true)
            // What goes on is written below its own name, which stands there already.
            output.write(part.isFirst ? text : String(text.drop { $0 != "\n" }.dropFirst()))
        }
    }

    /// In quotes wherever it would be read as something else.
    private static func node(_ value: DocumentValue) -> Node {
        switch value {
        case .null: Node("null", Tag(.null))
        case .text(let text): .scalar(text.represented())
        case .flag(let flag): .scalar(flag.represented())
        case .number(let number): .scalar(number.represented())
        case .decimal(let number): .scalar(number.represented())
        case .list(let items): Node(items.map(node), Tag(.seq))
        case .map(let entries): Node(entries.map { (.scalar($0.key.represented()), node($0.value)) }, Tag(.map))
        }
    }
}
