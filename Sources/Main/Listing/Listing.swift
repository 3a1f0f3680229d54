internal import Relay
internal import ArgumentParser

/// How a listing is written.
enum ListingFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case table, json, csv }

/// The option of everything that prints data.
struct FormatOption: ParsableArguments {
    @Option(help: "How to write it: table, json (keys in snake_case) or csv (RFC 4180).")
    var format = ListingFormat.table
}

/// The options that every listing has.
struct ListingOptions: ParsableArguments {
    @OptionGroup var format: FormatOption
    @Flag(help: "In a terminal: every column, and nothing broken into lines. A pipe always gets all.") var wide = false
    @Option(help: ArgumentHelp("Only these columns, in this order, separated by commas.", valueName: "names")) var columns: String?

    var chosen: ListingForm {
        ListingForm(
            format: format.format, isWide: wide,
            columns: columns.map { $0.split(separator: ",").map { String($0).trimmedSpace.lowercased().replacing("-", with: "_") } })
    }

    /// A listing of these columns, as asked for.
    func listing(_ columns: [Column], _ live: Live) throws(CommandFailure) -> Listing { try chosen.listing(columns, live) }
}

/// How a listing was asked for.
struct ListingForm: Sendable, Hashable {
    var format = ListingFormat.table
    var isWide = false
    /// By their keys; nil: all, as far as there is room.
    var columns: [String]?

    /// For a person at a terminal, who has no use for what only a program reads.
    func isShort(_ live: Live) -> Bool { format == .table && !isWide && live.standardOutput.isTerminal }

    func listing(_ columns: [Column], _ live: Live) throws(CommandFailure) -> Listing {
        let places = try self.columns.map { names throws(CommandFailure) -> [Int] in
            guard !names.isEmpty else { throw .usage("--columns names none: choose among \(columns.map(\.key).joined(separator: ","))") }
            return try names.map { name throws(CommandFailure) -> Int in
                if let index = columns.firstIndex(where: { $0.key == name }) { return index }
                throw .usage("there is no column \(name): choose among \(columns.map(\.key).joined(separator: ","))")
            }
        }
        return Listing(columns, chosen: places, format, to: live.standardOutput, isWide: isWide, live: live)
    }
}

/// Writes rows as they come, in constant memory. A table's widths are settled by its first rows. In a terminal it fits: sentences break into lines, columns that
/// can be spared are left out (and named at the end), and where it is too narrow for a table, each row is a block of lines. Everywhere else everything is written.
struct Listing {
    /// As many rows as a person ever looks at together.
    private static let rowsThatSettleWidths = 1000

    private let columns: [Column]
    /// Places in the rows that are given, where only some columns are wanted.
    private let chosen: [Int]?
    private let format: ListingFormat
    private let output: OutputStream
    private let live: Live?
    /// Columns of the terminal that the table has to fit.
    private let room: Int?
    private var waiting: [[Cell]] = []
    /// How the table stands, once that is settled.
    private var layout: Layout?
    private(set) var count = 0

    private enum Layout {
        case table(TableLayout)
        case blocks
    }

    /// `live` hears which columns were left out.
    init(
        _ columns: [Column], chosen: [Int]? = nil, _ format: ListingFormat, to output: OutputStream, isWide: Bool = false, live: Live? = nil
    ) {
        // What was asked for by name is not spared.
        self.columns = chosen.map { $0.map { Column(columns[$0].key, columns[$0].alignment, isWhole: columns[$0].isWhole) } } ?? columns
        self.chosen = chosen
        self.format = format
        self.output = output
        self.live = live
        room = isWide || !output.isTerminal ? nil : output.width
    }

    mutating func add(_ row: [Cell]) {
        precondition(chosen != nil || row.count == columns.count, "a row has a cell for each column")
        waiting.append(chosen.map { $0.map { row[$0] } } ?? row)
        if waiting.count >= Self.rowsThatSettleWidths { flush() }
    }

    mutating func finish() {
        flush()
        switch format {
        case .table: sayWhatIsLeftOut()
        case .json: output.write(count == 0 ? "[]\n" : "\n]\n")
        case .csv: if count == 0 { writeHeader() }
        }
    }

    private mutating func flush() {
        guard !waiting.isEmpty else { return }
        if count == 0 { writeHeader() }
        var text = ""
        for row in waiting {
            switch format {
            case .table: text += tableLines(row)
            case .json: text += (count == 0 ? "[\n" : ",\n") + "  " + jsonObject(row)
            case .csv: text += CSVText.record(row.map(\.csv))
            }
            count += 1
        }
        output.write(text)
        waiting.removeAll(keepingCapacity: true)
    }

    private mutating func writeHeader() {
        switch format {
        case .json: break
        case .csv: output.write(CSVText.record(columns.map(\.key)))
        case .table:
            let layout = settledLayout()
            self.layout = layout
            guard case .table(let table) = layout else { return }
            let line = lines(table, columns.map { .text($0.title) })
            output.write(output.usesColour ? "\u{1B}[1m\(line.dropLast())\u{1B}[0m\n" : line)
        }
    }

    private func jsonObject(_ row: [Cell]) -> String {
        JSONWriter.text(.map(zip(columns, row).map { DocumentValue.Entry($0.key, $1.value) }), .spaced)
    }
}

/// The table.
extension Listing {
    private func settledLayout() -> Layout {
        var natural = columns.map { DisplayWidth.of($0.title) }
        var isBreakable = columns.map { _ in false }
        for row in waiting {
            for (index, cell) in row.enumerated() {
                natural[index] = max(natural[index], DisplayWidth.of(cell.words))
                isBreakable[index] = isBreakable[index] || cell.isBreakable && !columns[index].isWhole
            }
        }
        guard let room, natural.reduce(TableLayout.gap * (natural.count - 1), +) > room else {
            return .table(TableLayout(natural: natural))
        }
        return TableLayout(columns, natural: natural, breakable: isBreakable, width: room).map { .table($0) } ?? .blocks
    }

    private func tableLines(_ row: [Cell]) -> String {
        switch layout {
        case .table(let table)?: return lines(table, row)
        case .blocks?, nil:
            var sheet = Sheet()
            for (column, cell) in zip(columns, row) { sheet.add(column.key, cell) }
            return (count == 0 ? "" : "\n") + sheet.text(width: room)
        }
    }

    /// One row: as many lines as its longest cell needs, two spaces between columns, none behind the last.
    private func lines(_ table: TableLayout, _ row: [Cell]) -> String {
        let cells = zip(table.shown, table.widths).map { place, width in
            room == nil ? [row[place].words] : LineBreaker.lines(row[place].words, width: width)
        }
        var text = ""
        for number in 0..<(cells.map(\.count).max() ?? 0) {
            var line = ""
            for (index, cell) in cells.enumerated() {
                let word = number < cell.count ? cell[number] : ""
                let padding = String(repeating: " ", count: max(0, table.widths[index] - DisplayWidth.of(word)))
                line += columns[table.shown[index]].alignment == .right ? padding + word : word + padding
                line += String(repeating: " ", count: TableLayout.gap)
            }
            while line.last == " " { line.removeLast() }
            text += line + "\n"
        }
        return text
    }

    private func sayWhatIsLeftOut() {
        guard let live, case .table(let table)? = layout, table.shown.count < columns.count else { return }
        let names = columns.indices.filter { !table.shown.contains($0) }.map { columns[$0].key }
        live.say("not shown: \(names.joined(separator: ", ")) (--wide shows all, --columns chooses)")
    }
}
