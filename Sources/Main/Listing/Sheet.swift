/// Writes one thing, a line for each of its properties; as JSON one object, as CSV a header and a record.
struct Sheet {
    private var properties: [(key: String, cell: Cell)] = []

    mutating func add(_ key: String, _ cell: Cell) { properties.append((key, cell)) }

    func write(_ format: ListingFormat, to output: OutputStream) {
        switch format {
        case .table:
            let width = properties.reduce(0) { max($0, DisplayWidth.of($1.key)) }
            for (key, cell) in properties where cell != .none {
                let label = key.replacing("_", with: " ")
                let room = String(repeating: " ", count: width - DisplayWidth.of(label) + 2)
                guard case .lines(let lines) = cell else {
                    output.write(label + room + cell.words + "\n")
                    continue
                }
                let margin = String(repeating: " ", count: width + 2)
                for (number, line) in lines.enumerated() {
                    output.write((number == 0 ? label + room : margin) + DisplayWidth.printable(line) + "\n")
                }
            }
        case .json:
            let lines = properties.map { "  \(JSONText.string($0.key)): \($0.cell.json)" }
            output.write("{\n" + lines.joined(separator: ",\n") + "\n}\n")
        case .csv:
            output.write(CSVText.record(properties.map(\.key)))
            output.write(CSVText.record(properties.map(\.cell.csv)))
        }
    }
}
