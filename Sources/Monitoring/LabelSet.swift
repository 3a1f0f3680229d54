/// The labels that tell one series from the others of its metric: names legal and sorted, each once.
struct LabelSet: Sendable, Hashable {
    struct Pair: Sendable, Hashable {
        let name: String
        var value: String
    }

    /// What takes the place of values that are too many.
    static let other = "other"
    /// Scalars of a value that are kept: longer than any address (254 octets, RFC 5321 section 4.5.3.1.3 less its brackets), and short enough that a
    /// thousand series stay below a megabyte.
    private static let longestValue = 256

    private(set) var pairs: [Pair]

    /// Labels that the metric does not know are dropped. An empty value means the same to Prometheus as no label.
    init(_ dimensions: some Sequence<(String, String)>, of metric: Metric) {
        pairs = []
        for (name, value) in dimensions where !value.isEmpty {
            let name = ExposedName.label(name)
            guard metric.labels?.contains(where: { $0.name == name }) ?? true, !pairs.contains(where: { $0.name == name }) else { continue }
            pairs.append(Pair(name: name, value: String(String.UnicodeScalarView(value.unicodeScalars.prefix(Self.longestValue)))))
        }
        pairs.sort { $0.name < $1.name }
    }

    /// With "other" for the values of these labels; nil stands for all labels.
    func folded(_ labels: [Metric.Label]?) -> LabelSet {
        var folded = self
        for index in pairs.indices where labels?.contains(where: { $0.name == pairs[index].name }) ?? true {
            folded.pairs[index].value = Self.other
        }
        return folded
    }

    /// It may stand for many, so that it is nobody's own.
    var isFolded: Bool { pairs.contains { $0.value == Self.other } }

    /// `a="1",b="2"`
    var text: String { pairs.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += #"\\"#
            case "\"": text += #"\""#
            case "\n": text += #"\n"#
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension LabelSet: Comparable {
    static func < (left: Self, right: Self) -> Bool {
        left.pairs.lexicographicallyPrecedes(right.pairs) { ($0.name, $0.value) < ($1.name, $1.value) }
    }
}
