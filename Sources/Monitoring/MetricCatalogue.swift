/// What is known of a metric before anything is counted: its name as it is exposed, what it means, and which labels it may have.
package struct Metric: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case counter, gauge, histogram
    }

    /// Base units only, as Prometheus has it: the name ends with it.
    package enum Unit: String, Sendable, Hashable, CaseIterable {
        case seconds, bytes
    }

    /// A label and who chooses its values.
    package struct Label: Sendable, Hashable, ExpressibleByStringLiteral {
        package let name: String
        /// The values come from outside (mailboxes, grants): it is the first to be folded when there are too many series.
        package let isOpen: Bool

        package init(stringLiteral name: String) { self.init(name: name, isOpen: false) }

        private init(name: String, isOpen: Bool) {
            self.name = name
            self.isOpen = isOpen
        }

        package static func open(_ name: String) -> Label { Label(name: name, isOpen: true) }
    }

    package let name: String
    package let kind: Kind
    package let help: String
    package let unit: Unit?
    /// Upper bounds, ascending, without the infinite one; empty unless it is a histogram.
    package let buckets: [Double]
    /// Any others are dropped; nil: all are taken.
    package let labels: [Label]?

    /// What client libraries use when nobody says otherwise: 5 ms to 10 s, meant for answers over a network.
    package static let usualBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    package static func counter(_ name: String, _ help: String, labels: [Label] = []) -> Metric {
        precondition(name.hasSuffix("_total"), "a counter's name ends in _total, unlike \(name)")
        return Metric(name, .counter, help, labels: labels)
    }

    package static func gauge(_ name: String, _ help: String, unit: Unit? = nil, labels: [Label] = []) -> Metric {
        precondition(!name.hasSuffix("_total"), "only a counter's name ends in _total, not that of the gauge \(name)")
        return Metric(name, .gauge, help, unit: unit, labels: labels)
    }

    package static func histogram(
        _ name: String, _ help: String, unit: Unit? = .seconds, buckets: [Double] = usualBuckets, labels: [Label] = []
    ) -> Metric {
        precondition(!buckets.isEmpty && buckets.allSatisfy(\.isFinite), "\(name) needs buckets; the infinite one is added")
        precondition(zip(buckets, buckets.dropFirst()).allSatisfy(<), "the buckets of \(name) are not in ascending order")
        return Metric(name, .histogram, help, unit: unit, buckets: buckets, labels: labels)
    }

    /// One that nobody has described: exported all the same, since a number without words is better than none.
    static func unknown(_ name: String, _ kind: Kind) -> Metric {
        Metric(unchecked: name, kind, "Not in the catalogue.", unit: nil, buckets: kind == .histogram ? usualBuckets : [], labels: nil)
    }

    private init(_ name: String, _ kind: Kind, _ help: String, unit: Unit? = nil, buckets: [Double] = [], labels: [Label]) {
        precondition(ExposedName.metric(name) == name, "\(name) is not a metric's name")
        precondition(unit.map { name.hasSuffix("_" + $0.rawValue) } ?? true, "\(name) does not end with its unit")
        precondition(labels.allSatisfy { ExposedName.label($0.name) == $0.name }, "a label of \(name) has no legal name")
        precondition(Set(labels.map(\.name)).count == labels.count, "a label of \(name) is named twice")
        self.init(unchecked: name, kind, help, unit: unit, buckets: buckets, labels: labels)
    }

    private init(unchecked name: String, _ kind: Kind, _ help: String, unit: Unit?, buckets: [Double], labels: [Label]?) {
        self.name = name
        self.kind = kind
        self.help = help
        self.unit = unit
        self.buckets = buckets
        self.labels = labels
    }

    /// What its lines begin with: no two metrics may share one.
    func lineNames(as name: String) -> [String] {
        switch kind {
        case .counter, .gauge: [name]
        case .histogram: [name, name + "_bucket", name + "_sum", name + "_count"]
        }
    }
}

/// All metrics that are described; a registry is given one when it is made.
package struct MetricCatalogue: Sendable, Hashable {
    package let metrics: [Metric]
    private let byName: [String: Metric]

    /// Two metrics whose lines would have the same names are our own mistake.
    package init(_ metrics: [Metric]) {
        self.metrics = metrics
        var taken: Set<String> = []
        for name in metrics.flatMap({ $0.lineNames(as: $0.name) }) {
            precondition(taken.insert(name).inserted, "two metrics of the catalogue write lines named \(name)")
        }
        byName = Dictionary(uniqueKeysWithValues: metrics.map { ($0.name, $0) })
    }

    package subscript(name: String) -> Metric? { byName[name] }

    func has(_ metric: Metric) -> Bool { byName[metric.name] == metric }

    /// A metric of another kind than the one described under this name is another metric, and unknown.
    func metric(_ name: String, _ kind: Metric.Kind) -> Metric {
        if let metric = byName[name], metric.kind == kind { metric } else { .unknown(name, kind) }
    }
}
