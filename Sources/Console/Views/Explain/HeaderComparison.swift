internal import Web
internal import Mail
internal import Relay

/// A header before and after it is rewritten, field by field: what went, what came, and what stayed as it was, byte for byte.
struct HeaderComparison: Sendable {
    private let before: [HeaderField]
    private let after: [HeaderField]
    let rewritten: Rewritten

    /// Fields that are shown: a header may have a hundred thousand, and nobody reads them.
    private static let most = 500

    init(_ header: HeaderBlock, _ rewritten: Rewritten) {
        before = Array(header.fields)
        after = Array(rewritten.header.fields)
        self.rewritten = rewritten
    }

    var document: DocumentValue {
        [
            "before": .list(Self.lines(before, against: after, else: "removed")),
            "after": .list(Self.lines(after, against: before, else: "added")),
        ]
    }

    /// A field that stands there twice must stand on the other side twice to be the same.
    private static func lines(_ fields: [HeaderField], against others: [HeaderField], else word: String) -> [DocumentValue] {
        var counts: [ArraySlice<UInt8>: Int] = [:]
        for other in others { counts[other.line, default: 0] += 1 }
        var lines: [DocumentValue] = []
        for field in fields {
            let count = counts[field.line] ?? 0
            counts[field.line] = count - 1
            let isSame = count > 0
            // What changed is shown, however long the header is.
            guard !isSame || lines.count < most else { continue }
            lines.append(["text": .text(text(field)), "class": .text(isSame ? "same" : word)])
        }
        if lines.count < fields.count {
            lines.append(["text": .text("… and \(Words.number(fields.count - lines.count)) more fields, the same"), "class": "same"])
        }
        return lines
    }

    /// Folds are kept; octets that are no UTF-8 show as such.
    private static func text(_ field: HeaderField) -> String {
        String(decoding: field.line.dropLast(2).filter { $0 != 0x0D }, as: UTF8.self)
    }
}
