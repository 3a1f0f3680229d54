/// The text that Prometheus reads, format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats): metrics sorted by name, each with its help, its type
/// and its series sorted by labels. The same numbers make the same text.
package struct Exposition: Sendable {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private struct Key: Hashable {
        let name: String
        let kind: Metric.Kind
    }

    private struct Entry {
        let metric: Metric
        var readings: [LabelSet: Reading]
    }

    private let catalogue: MetricCatalogue
    private var entries: [Key: Entry] = [:]

    init(_ catalogue: MetricCatalogue) { self.catalogue = catalogue }

    /// A series that is there already is replaced: a line twice would make Prometheus refuse the whole scrape.
    mutating func add(_ metric: Metric, _ readings: [LabelSet: Reading]) {
        entries[Key(name: metric.name, kind: metric.kind), default: Entry(metric: metric, readings: [:])]
            .readings.merge(readings) { _, new in new }
    }

    mutating func add(_ sample: Sample) {
        let name = sample.kind == .counter ? ExposedName.counter(sample.name) : ExposedName.metric(sample.name)
        let metric = catalogue.metric(name, sample.kind == .counter ? .counter : .gauge)
        // Sorted, because of two names that are made one the first must win every time.
        let labels = sample.labels.sorted { $0.key < $1.key }.lazy.map { ($0.key, $0.value) }
        add(metric, [LabelSet(labels, of: metric): .number(sample.value)])
    }

    var text: String {
        var text = ""
        for (name, entry) in named() {
            text += "# HELP \(name) \(Self.escaped(entry.metric.help))\n# TYPE \(name) \(entry.metric.kind.rawValue)\n"
            for (labels, reading) in entry.readings.sorted(by: { $0.key < $1.key }) {
                Self.write(name, labels.text, reading, to: &text)
            }
        }
        return text
    }

    /// A name has one type. Where two kinds want the same, or a gauge wants the name of a histogram's sum, the catalogue's metric keeps it and the other has its
    /// kind added: an unexpected name is found, a refused scrape loses everything.
    private func named() -> [(String, Entry)] {
        let claims = entries.values.sorted { left, right in
            let (isKnown, isOtherKnown) = (catalogue.has(left.metric), catalogue.has(right.metric))
            if isKnown != isOtherKnown { return isKnown }
            return (left.metric.name, left.metric.kind.rawValue) < (right.metric.name, right.metric.kind.rawValue)
        }
        var taken: Set<String> = []
        var named: [(String, Entry)] = []
        for entry in claims {
            var name = entry.metric.name
            while !taken.isDisjoint(with: entry.metric.lineNames(as: name)) { name += "_" + entry.metric.kind.rawValue }
            taken.formUnion(entry.metric.lineNames(as: name))
            named.append((name, entry))
        }
        return named.sorted { $0.0 < $1.0 }
    }

    private static func write(_ name: String, _ labels: String, _ reading: Reading, to text: inout String) {
        let braced = labels.isEmpty ? "" : "{\(labels)}"
        switch reading {
        case .whole(let number): text += "\(name)\(braced) \(number)\n"
        case .number(let number): text += "\(name)\(braced) \(word(number))\n"
        case .histogram(let bounds, let counts, let sum):
            let front = labels.isEmpty ? "" : labels + ","
            var total: Int64 = 0
            for (index, count) in counts.enumerated() {
                total += count
                text += "\(name)_bucket{\(front)le=\"\(index < bounds.count ? word(bounds[index]) : "+Inf")\"} \(total)\n"
            }
            text += "\(name)_sum\(braced) \(word(sum))\n\(name)_count\(braced) \(total)\n"
        }
    }

    /// As Go's ParseFloat takes it; a whole number goes without its ".0".
    private static func word(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: number) { return String(whole) }
        return String(number)
    }

    /// Here a quotation mark stands for itself.
    private static func escaped(_ help: String) -> String {
        help.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "\\": text += #"\\"#
            case "\n": text += #"\n"#
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}

/// A number that is asked for when somebody scrapes, such as how many messages wait.
package struct Sample: Sendable, Hashable {
    /// A histogram is not one number.
    package enum Kind: Sendable, Hashable {
        case gauge, counter
    }

    package let name: String
    package let kind: Kind
    package let labels: [String: String]
    package let value: Double

    package init(_ name: String, _ kind: Kind = .gauge, labels: [String: String] = [:], value: Double) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.value = value
    }
}
