internal import ArgumentParser

/// How a listing is written.
enum ListingFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case table, json, csv }

/// The option that every listing has.
struct FormatOption: ParsableArguments {
    @Option(help: "How to write it: table, json (keys in snake_case) or csv (RFC 4180).")
    var format = ListingFormat.table
}

/// Writes rows as they come, in constant memory: a table's widths are settled by its first rows, and a later value that
/// is wider pushes its own line only.
struct Listing {
    /// As many rows as a person ever looks at together.
    private static let rowsThatSettleWidths = 1000

    private let columns: [Column]
    private let format: ListingFormat
    private let output: OutputStream
    private var waiting: [[Cell]] = []
    private var widths: [Int]?
    private(set) var count = 0

    init(_ columns: [Column], _ format: ListingFormat, to output: OutputStream) {
        self.columns = columns
        self.format = format
        self.output = output
    }

    mutating func add(_ row: [Cell]) {
        precondition(row.count == columns.count, "a row has a cell for each column")
        waiting.append(row)
        if waiting.count >= Self.rowsThatSettleWidths { flush() }
    }

    mutating func finish() {
        flush()
        switch format {
        case .table: break
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
            case .table: text += tableLine(words(of: row))
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
            widths = columns.indices.map { index in
                waiting.reduce(DisplayWidth.of(columns[index].title)) { max($0, DisplayWidth.of(words(of: $1, at: index))) }
            }
            let line = tableLine(columns.map(\.title))
            output.write(output.usesColour ? "\u{1B}[1m\(line.dropLast())\u{1B}[0m\n" : line)
        }
    }

    /// A message to three hundred people must not push every other line off the screen: JSON and CSV have all of it. The last column pushes nothing.
    private static let (widest, widestLast) = (60, 160)

    private func words(of row: [Cell]) -> [String] { row.indices.map { words(of: row, at: $0) } }

    private func words(of row: [Cell], at index: Int) -> String {
        DisplayWidth.shortened(row[index].words, to: index == row.indices.last ? Self.widestLast : Self.widest)
    }

    /// Two spaces between columns, none behind the last.
    private func tableLine(_ words: [String]) -> String {
        var line = ""
        for (index, word) in words.enumerated() {
            let padding = String(repeating: " ", count: max(0, (widths?[index] ?? 0) - DisplayWidth.of(word)))
            line += columns[index].alignment == .right ? padding + word : word + padding
            line += "  "
        }
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }

    private func jsonObject(_ row: [Cell]) -> String {
        "{" + zip(columns, row).map { "\(JSONText.string($0.key)): \($1.json)" }.joined(separator: ", ") + "}"
    }
}
