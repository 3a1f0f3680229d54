internal import Mail
internal import Relay
internal import Web

/// Addresses and the mailboxes that may carry them as a drawing: addresses left, mailboxes right, a curve for each pair. A value that knows
/// nothing of directories, so that a drawing is a test.
struct SenderGraph: Sendable, Hashable {
    struct Mailbox: Sendable, Hashable {
        let label: String
        /// What finds it among the pairs.
        let query: String
        let kind: String
    }

    struct Edge: Sendable, Hashable {
        let address: String
        /// The label of one of the mailboxes.
        let mailbox: String
        let route: String
        /// The standing in a word, and the kind it is drawn as.
        let word: String
        let kind: String

        /// It needs nobody's look: proven, or a mailbox as itself.
        var isGood: Bool { kind == "good" || (route == "own" || route == "family") && word == "declared" }
    }

    /// An address, or a bundle of those that the same mailboxes carry in the same way.
    struct Source: Sendable, Hashable {
        let addresses: [String]
        /// Of the first of them.
        let edges: [Edge]

        /// What a look at it should tell first: it has a route; a right comes soon; the provider refuses one; nobody has tried.
        var kind: String {
            if edges.contains(where: \.isGood) { return "good" }
            return ["wait", "bad"].first { kind in edges.contains { $0.kind == kind } } ?? "off"
        }

        /// The lower, the more it needs a look.
        fileprivate var rank: Int { ["bad": 0, "wait": 1, "off": 2][kind] ?? 3 }
        var label: String { addresses.count == 1 ? addresses[0] : "\(addresses[0]) and \(Words.number(addresses.count - 1)) more" }
    }

    /// In the order in which they are drawn.
    let sources: [Source]
    let mailboxes: [Mailbox]
    private let edges: [(source: Int, mailbox: Int, edge: Edge)]
    private let total: Int

    /// More nodes than this are a thicket: what looks the same is bundled, and the drawing waits until somebody opens it.
    static let mostAtOnce = 20
    /// More nodes in a column are a list, and the table is the better list.
    static let most = 60

    /// nil: there is nothing to draw.
    init?(_ all: [Edge], mailboxes: [Mailbox]) {
        guard !all.isEmpty else { return nil }
        let byAddress = Dictionary(grouping: all, by: \.address)
        total = byAddress.count
        let wanted = Set(all.map(\.mailbox))
        let isThicket = total + mailboxes.count { wanted.contains($0.label) } > Self.mostAtOnce
        let bundles = Dictionary(grouping: byAddress.keys.sorted()) { address in
            isThicket ? Set((byAddress[address] ?? []).map(\.looks)) : [address]
        }
        var sources = bundles.values.map { Source(addresses: $0, edges: byAddress[$0[0]] ?? []) }
        if sources.count > Self.most {
            // Where not all can be seen, those that somebody should look at.
            sources = Array(sources.sorted { ($0.rank, $0.label) < ($1.rank, $1.label) }.prefix(Self.most))
        }
        let named = Set(sources.flatMap { $0.edges.map(\.mailbox) })
        let drawn = Array(mailboxes.filter { named.contains($0.label) }.prefix(Self.most))
        let places = Dictionary(zip(drawn.map(\.label), drawn.indices)) { first, _ in first }
        // Beside the mailboxes that carry them, so that few lines cross.
        let centres = Dictionary(uniqueKeysWithValues: sources.map { ($0, Self.centre($0, places)) })
        self.sources = sources.sorted { (centres[$0] ?? 0, $0.label) < (centres[$1] ?? 0, $1.label) }
        self.mailboxes = drawn
        edges = self.sources.enumerated().flatMap { number, source in
            source.edges.compactMap { edge in places[edge.mailbox].map { (number, $0, edge) } }
        }
    }

    private static func centre(_ source: Source, _ places: [String: Int]) -> Double {
        let own = source.edges.compactMap { places[$0.mailbox] }
        return own.isEmpty ? Double(places.count) : Double(own.reduce(0, +)) / Double(own.count)
    }

    static func == (left: Self, right: Self) -> Bool { left.sources == right.sources && left.mailboxes == right.mailboxes }

    func hash(into hasher: inout Hasher) {
        hasher.combine(sources)
        hasher.combine(mailboxes)
    }

    /// It is shown when somebody asks for it.
    var isCollapsed: Bool { sources.count + mailboxes.count > Self.mostAtOnce }

    var document: DocumentValue {
        let shown = sources.reduce(0) { $0 + $1.addresses.count }
        let boxes = "\(mailboxes.count) mailbox\(mailboxes.count == 1 ? "" : "es")"
        return [
            "collapsed": .flag(isCollapsed), "words": .text("\(Words.number(shown)) address\(shown == 1 ? "" : "es") and \(boxes)"),
            "views": .list([GraphLayout.wide, .narrow].map { $0.document(self, edges) }),
            "capped": total > shown
                ? .text("\(Words.number(shown)) of \(Words.number(total)) addresses, those that need a look first. Filter to see others.")
                : .null,
        ]
    }
}

extension SenderGraph.Edge {
    /// What two edges have in common that look the same.
    fileprivate var looks: String { [mailbox, route, word, kind].joined(separator: "\u{0}") }
}

/// Where things stand on a page of some width. Two of them are drawn, and the style sheet shows the one that fits: letters that scale down to a telephone cannot
/// be read.
struct GraphLayout: Sendable, Hashable {
    /// Its class in the style sheet.
    let name: String
    /// Units of the drawing, which scales with the page.
    let width: Int
    let nodeWidth: Int
    /// Characters of a label that fit into a node.
    let longestLabel: Int

    static let wide = GraphLayout(name: "wide", width: 960, nodeWidth: 300, longestLabel: 40)
    static let narrow = GraphLayout(name: "narrow", width: 340, nodeWidth: 140, longestLabel: 16)

    private static let (top, step, middle) = (10, 38, 14)

    private var column: Int { width - nodeWidth }

    func document(_ graph: SenderGraph, _ edges: [(source: Int, mailbox: Int, edge: SenderGraph.Edge)]) -> DocumentValue {
        let rows = max(graph.sources.count, graph.mailboxes.count)
        func left(_ number: Int) -> Int { Self.place(number, of: graph.sources.count, in: rows) }
        func right(_ number: Int) -> Int { Self.place(number, of: graph.mailboxes.count, in: rows) }
        return [
            "class": .text(name), "width": .text(String(width)), "height": .text(String(Self.top + Self.step * rows)),
            "node_width": .text(String(nodeWidth)), "node_inner": .text(String(nodeWidth - 1)),
            "nodes": .list(
                graph.sources.enumerated().map { node($1, of: graph, y: left($0)) }
                    + graph.mailboxes.enumerated().map { node($1, y: right($0)) }),
            "edges": .list(edges.map { curve($0.edge, graph.sources[$0.source].label, left($0.source), right($0.mailbox)) }),
        ]
    }

    /// Spread over the height of the longer column.
    private static func place(_ index: Int, of count: Int, in rows: Int) -> Int {
        let height = Double(step * (rows - 1))
        guard count > 1 else { return top + Int((height / 2).rounded()) }
        return top + Int((height * Double(index) / Double(count - 1)).rounded())
    }

    private func node(_ source: SenderGraph.Source, of graph: SenderGraph, y: Int) -> DocumentValue {
        let isOne = source.addresses.count == 1
        let box = graph.mailboxes.first { $0.label == source.edges.first?.mailbox }
        let bundle = box.map { "/identities?q=\(PercentCoding.encode($0.query))" } ?? "/identities"
        return [
            "x": "0", "y": .text(String(y)), "label": .text(label(of: source)),
            "href": .text(isOne ? ownPage(source.addresses[0]) : bundle),
            "class": .text("address \(source.kind)\(isOne ? "" : " more")"),
            "title": .text("\(source.label): \(source.kind == "good" ? "has a route" : "look at the table")"),
        ]
    }

    /// A whole domain, or anyone, is no address that could be explained.
    private func ownPage(_ covered: String) -> String {
        (try? EmailAddress(covered)) == nil ? "/identities?q=\(PercentCoding.encode(covered))" : ExplainView.href(covered)
    }

    /// How many more there are is not cut off.
    private func label(of source: SenderGraph.Source) -> String {
        guard source.addresses.count > 1 else { return short(source.label, longestLabel) }
        let more = " +\(Words.number(source.addresses.count - 1))"
        return short(source.addresses[0], longestLabel - more.count) + more
    }

    private func node(_ mailbox: SenderGraph.Mailbox, y: Int) -> DocumentValue {
        [
            "x": .text(String(column)), "y": .text(String(y)), "label": .text(short(mailbox.label, longestLabel)),
            "href": .text("/identities?q=\(PercentCoding.encode(mailbox.query))"), "class": .text("mailbox \(mailbox.kind)"),
            "title": .text("mailbox \(mailbox.label)"),
        ]
    }

    private func curve(_ edge: SenderGraph.Edge, _ label: String, _ left: Int, _ right: Int) -> DocumentValue {
        let (y1, y2) = (left + Self.middle, right + Self.middle)
        let bends = (nodeWidth + (column - nodeWidth) * 5 / 12, column - (column - nodeWidth) * 5 / 12)
        return [
            "d": .text("M\(nodeWidth) \(y1)C\(bends.0) \(y1) \(bends.1) \(y2) \(column) \(y2)"), "class": .text(edge.kind),
            "title": .text("\(label) through \(edge.mailbox): \(edge.route), \(edge.word)"),
        ]
    }

    private func short(_ label: String, _ longest: Int) -> String {
        label.count > longest ? label.prefix(longest - 1) + "…" : label
    }
}
