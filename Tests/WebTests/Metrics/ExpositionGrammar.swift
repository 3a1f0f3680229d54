/// Reads a text as strictly as format 0.0.4 can be read, and more strictly than Prometheus does: what it finds nothing wrong with, promtool takes.
struct ExpositionGrammar {
    private(set) var faults: [String] = []
    private var finished: Set<String> = []
    private var seen: Set<String> = []
    private var helped = ""
    private var name = ""
    private var type = ""
    /// The histogram series being read: its labels without `le`, and its buckets so far.
    private var histogram: (labels: String, buckets: [(bound: Double, count: Double)])?

    struct Line: Equatable {
        let name: String
        let labels: [[String]]
        let value: Double
    }

    init(_ text: String) {
        if !text.isEmpty, text.unicodeScalars.last != "\n" { faults.append("the last line is cut off") }
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        for line in lines.dropLast() {
            let before = faults.count
            read(line)
            for index in before..<faults.count { faults[index] += ": \(line)" }
        }
        endHistogram()
        if !helped.isEmpty { faults.append("\(helped) has help and no type") }
    }

    private mutating func read(_ line: String) {
        if line.hasPrefix("# HELP ") {
            readHelp(line.dropFirst(7))
        } else if line.hasPrefix("# TYPE ") {
            readType(line.dropFirst(7))
        } else if let sample = Self.sample(line) {
            check(sample)
        } else {
            faults.append("not a line")
        }
    }

    private mutating func readHelp(_ rest: Substring) {
        endHistogram()
        let words = rest.split(separator: " ", maxSplits: 1)
        guard words.count == 2, Self.isName(words[0], colon: true) else { return faults.append("no help") }
        if Self.unescaped(words[1], #"\n"#) == nil { faults.append("a bad escape") }
        if !helped.isEmpty { faults.append("help twice") }
        helped = String(words[0])
    }

    private mutating func readType(_ rest: Substring) {
        let words = rest.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, ["counter", "gauge", "histogram"].contains(words[1]) else { return faults.append("no type") }
        if words[0] != helped { faults.append("the type is not of what has help") }
        helped = ""
        finished.insert(name)
        (name, type) = (String(words[0]), String(words[1]))
        if finished.contains(name) { faults.append("a metric in two places") }
        if (type == "counter") != name.hasSuffix("_total") { faults.append("only a counter ends in _total") }
    }

    private mutating func check(_ line: Line) {
        let labels = line.labels.map { $0[0] }
        if Set(labels).count != labels.count { faults.append("a label twice") }
        if !seen.insert("\(line.name) \(line.labels.sorted { $0[0] < $1[0] })").inserted { faults.append("a series twice") }
        if !helped.isEmpty { faults.append("a sample between help and type") }
        switch type {
        case "histogram": checkHistogram(line)
        case "counter" where !(line.value >= 0): faults.append("a counter below 0")
        default:
            if line.name != name { faults.append("a sample of another metric") }
            if labels.contains("le") { faults.append("le outside a histogram") }
        }
    }

    private mutating func checkHistogram(_ line: Line) {
        let rest = "\(line.labels.filter { $0[0] != "le" })"
        switch line.name {
        case name + "_bucket":
            if histogram?.labels != rest { endHistogram() }
            guard let bound = line.labels.first(where: { $0[0] == "le" }).flatMap({ Self.number($0[1]) }) else {
                return faults.append("a bucket without le")
            }
            let last = histogram?.buckets.last
            if let last, bound <= last.bound || line.value < last.count { faults.append("buckets that do not rise") }
            histogram = (rest, (histogram?.buckets ?? []) + [(bound, line.value)])
        case name + "_sum": if histogram?.labels != rest { faults.append("a sum without buckets") }
        case name + "_count":
            if histogram?.labels != rest || histogram?.buckets.last?.count != line.value { faults.append("a count unlike the buckets") }
            if histogram?.buckets.last?.bound != .infinity { faults.append("no infinite bucket") }
            histogram = nil
        default: faults.append("a sample of another metric")
        }
    }

    private mutating func endHistogram() {
        if histogram != nil { faults.append("a histogram without its count") }
        histogram = nil
    }
}

/// One line at a time.
extension ExpositionGrammar {
    static func sample(_ line: String) -> Line? {
        let end = line.firstIndex { $0 == "{" || $0 == " " } ?? line.endIndex
        guard isName(line[..<end], colon: true) else { return nil }
        var rest = line[end...].unicodeScalars
        var labels: [[String]] = []
        if rest.first == "{" {
            repeat {
                rest.removeFirst()
                guard let equal = rest.firstIndex(of: "="), isName(Substring(rest[..<equal]), colon: false) else { return nil }
                let name = String(rest[..<equal])
                rest = rest[rest.index(after: equal)...]
                guard rest.popFirst() == "\"", let close = closing(rest) else { return nil }
                guard let value = unescaped(Substring(rest[..<close]), #"\n""#) else { return nil }
                labels.append([name, value])
                rest = rest[rest.index(after: close)...]
            } while rest.first == ","
            guard rest.popFirst() == "}" else { return nil }
        }
        guard rest.popFirst() == " ", let value = number(String(rest)) else { return nil }
        return Line(name: String(line[..<end]), labels: labels, value: value)
    }

    private static func closing(_ scalars: Substring.UnicodeScalarView) -> String.Index? {
        var isEscaped = false
        return scalars.indices.first { index in
            defer { isEscaped = !isEscaped && scalars[index] == "\\" }
            return scalars[index] == "\"" && !isEscaped
        }
    }

    /// nil where a backslash stands before anything but these.
    static func unescaped(_ text: Substring, _ escapes: String) -> String? {
        var plain = String.UnicodeScalarView()
        var rest = text.unicodeScalars
        while let scalar = rest.popFirst() {
            guard scalar == "\\" else {
                plain.append(scalar)
                continue
            }
            guard let next = rest.popFirst(), escapes.unicodeScalars.contains(next) else { return nil }
            plain.append(next == "n" ? "\n" : next)
        }
        return String(plain)
    }

    static func isName(_ text: Substring, colon: Bool) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": true
            default: colon && scalar == ":"
            }
        }
    }

    static func number(_ text: String) -> Double? {
        switch text {
        case "NaN": return .nan
        case "+Inf": return .infinity
        case "-Inf": return -.infinity
        default:
            guard text.utf8.allSatisfy({ "0123456789+-.e".utf8.contains($0) }) else { return nil }
            return Double(text)
        }
    }
}
