/// A column of a listing: its key is the JSON name and the CSV header, and in capitals the table's.
struct Column: Sendable, Hashable, ExpressibleByStringLiteral {
    enum Alignment: Sendable, Hashable { case left, right }

    let key: String
    let alignment: Alignment
    /// Left out of a table, from the right, where a terminal has no room for all columns.
    let isSpare: Bool
    /// Never broken over two lines: it is there to be copied.
    let isWhole: Bool

    init(_ key: String, _ alignment: Alignment = .left, isSpare: Bool = false, isWhole: Bool = false) {
        self.key = key
        self.alignment = alignment
        self.isSpare = isSpare
        self.isWhole = isWhole
    }

    init(stringLiteral key: String) { self.init(key) }

    static let id = Column("id", isWhole: true)

    static func spare(_ key: String) -> Column { Column(key, isSpare: true) }

    static func number(_ key: String, isSpare: Bool = false) -> Column { Column(key, .right, isSpare: isSpare) }

    var title: String { key.uppercased().replacing("_", with: " ") }
}
