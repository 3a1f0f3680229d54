internal import Relay

/// Writes one thing, a line for each of its properties; as JSON one object, as CSV a header and a record.
struct Sheet {
    private var properties: [(key: String, cell: Cell)] = []

    mutating func add(_ key: String, _ cell: Cell) { properties.append((key, cell)) }

    func write(_ format: ListingFormat, to output: OutputStream) {
        switch format {
        case .table: output.write(text(width: output.isTerminal ? output.width : nil))
        case .json:
            let lines = properties.map { "  \(JSONWriter.text(.text($0.key), .spaced)): \(JSONWriter.text($0.cell.value, .spaced))" }
            output.write("{\n" + lines.joined(separator: ",\n") + "\n}\n")
        case .csv:
            output.write(CSVText.record(properties.map(\.key)))
            output.write(CSVText.record(properties.map(\.cell.csv)))
        }
    }

    /// Sentences break into lines below each other; steps never do, since they are typed or pasted.
    func text(width: Int?) -> String {
        let margin = properties.reduce(0) { max($0, DisplayWidth.of($1.key)) } + 2
        // Beside a label there must be room for some words.
        let room = width.flatMap { $0 - margin >= 12 ? $0 - margin : nil }
        var text = ""
        for (key, cell) in properties where cell != .none {
            let label = key.replacing("_", with: " ")
            var lines = [cell.words]
            if case .lines(let steps) = cell {
                lines = steps.map(DisplayWidth.printable)
            } else if let room, cell.isBreakable {
                lines = LineBreaker.lines(cell.words, width: room)
            }
            for (number, line) in lines.enumerated() {
                let before = number == 0 ? label : ""
                text += before + String(repeating: " ", count: margin - DisplayWidth.of(before)) + line + "\n"
            }
        }
        return text
    }
}
