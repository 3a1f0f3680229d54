/// Names as Prometheus takes them: letters, digits and underscores, and no digit first.
enum ExposedName {
    /// A colon would be legal, but is kept for the rules of whoever runs Prometheus.
    static func metric(_ name: String) -> String { legal(name) }

    /// What a program's name for a metric becomes: a counter ends in `_total`.
    static func counter(_ name: String) -> String { ending(legal(name), "_total") }

    /// A timer's name says that it is seconds.
    static func timer(_ name: String) -> String { ending(legal(name), "_seconds") }

    /// Two underscores in front are Prometheus' own; `le` is the bound of a histogram's bucket, and a second one would make its lines unreadable.
    static func label(_ name: String) -> String {
        let name = legal(name)
        if name == "le" { return "le_" }
        return name.hasPrefix("__") ? "_" + name.drop { $0 == "_" } : name
    }

    private static func legal(_ name: String) -> String {
        var text = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": text.unicodeScalars.append(scalar)
            case "0"..."9":
                if text.isEmpty { text = "_" }
                text.unicodeScalars.append(scalar)
            default: text += "_"
            }
        }
        return text.isEmpty ? "_" : text
    }

    private static func ending(_ name: String, _ end: String) -> String { name.hasSuffix(end) ? name : name + end }
}
