/// Which columns of a table a terminal has room for, and how wide each is.
struct TableLayout: Sendable, Hashable {
    /// By their place in the listing, from left to right.
    let shown: [Int]
    /// Of those that are shown.
    let widths: [Int]

    /// Between two columns.
    static let gap = 2

    /// What a text may be squeezed to before a spare column goes, and then before the table is given up for one property a line: 20 is an id or a
    /// short address, 12 still has a word or two a line.
    private static let floors = [20, 16, 12]

    /// As wide as what is in them.
    init(natural: [Int]) {
        shown = Array(natural.indices)
        widths = natural
    }

    /// nil: not even its indispensable columns fit, so it is better read one property a line.
    init?(_ columns: [Column], natural: [Int], breakable: [Bool], width: Int) {
        var shown = Array(columns.indices)
        for floor in Self.floors {
            repeat {
                let least = shown.map { breakable[$0] ? max(columns[$0].title.count, min(natural[$0], floor)) : natural[$0] }
                let room = width - Self.gap * (shown.count - 1)
                if least.reduce(0, +) <= room {
                    self.shown = shown
                    widths = Self.fit(shown.map { natural[$0] }, least, room)
                    return
                }
                guard let spare = shown.lastIndex(where: { columns[$0].isSpare }) else { break }
                shown.remove(at: spare)
            } while true
        }
        return nil
    }

    /// The widest give way first: that is where the sentences are, and they break well.
    private static func fit(_ natural: [Int], _ least: [Int], _ room: Int) -> [Int] {
        var widths = natural
        var excess = widths.reduce(0, +) - room
        while excess > 0, let widest = widths.indices.filter({ widths[$0] > least[$0] }).max(by: { widths[$0] < widths[$1] }) {
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}
