internal import Web
internal import Relay

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

    private struct Address: Sendable, Hashable {
        let label: String
        let kind: String

        /// The lower, the more it needs a look.
        var rank: Int { ["bad": 0, "wait": 1, "off": 2][kind] ?? 3 }
    }

    private let addresses: [Address]
    private let mailboxes: [Mailbox]
    private let edges: [Edge]
    private let total: Int

    /// More nodes in a column are a list, and the table is the better list.
    static let most = 60
    /// Units of the drawing, which scales with the page.
    private static let (width, column, nodeWidth) = (960, 660, 300)
    private static let (top, step, middle) = (10, 38, 14)
    /// Characters of a label that fit into a node.
    private static let longestLabel = 40

    /// Both in the order in which they are drawn. nil: there is nothing to draw.
    init?(_ all: [Edge], mailboxes: [Mailbox]) {
        guard !all.isEmpty else { return nil }
        var names: [String] = []
        var edgesByAddress: [String: [Edge]] = [:]
        for edge in all {
            if edgesByAddress[edge.address] == nil { names.append(edge.address) }
            edgesByAddress[edge.address, default: []].append(edge)
        }
        var addresses = names.map { Address(label: $0, kind: Self.kind(edgesByAddress[$0] ?? [])) }
        total = addresses.count
        if total > Self.most {
            // Where not all can be seen, those that somebody should look at; among equals the order stays.
            let ranked = addresses.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
            addresses = ranked.prefix(Self.most).sorted { $0.offset < $1.offset }.map(\.element)
        }
        let wanted = addresses.flatMap { edgesByAddress[$0.label] ?? [] }
        let named = Set(wanted.map(\.mailbox))
        let drawn = Array(mailboxes.filter { named.contains($0.label) }.prefix(Self.most))
        let labels = Set(drawn.map(\.label))
        self.addresses = addresses
        self.mailboxes = drawn
        edges = wanted.filter { labels.contains($0.mailbox) }
    }

    /// What a look at the address should tell first: it has a route; a right comes soon; the provider refuses one; nobody has tried.
    private static func kind(_ edges: [Edge]) -> String {
        if edges.contains(where: \.isGood) { return "good" }
        return ["wait", "bad"].first { kind in edges.contains { $0.kind == kind } } ?? "off"
    }

    var document: DocumentValue {
        let rows = max(addresses.count, mailboxes.count)
        let left = addresses.indices.map { Self.place($0, of: addresses.count, in: rows) }
        let right = mailboxes.indices.map { Self.place($0, of: mailboxes.count, in: rows) }
        let addressPlaces = Dictionary(zip(addresses.map(\.label), left)) { first, _ in first }
        let mailboxPlaces = Dictionary(zip(mailboxes.map(\.label), right)) { first, _ in first }
        return [
            "width": .text(String(Self.width)), "height": .text(String(Self.top + Self.step * rows)),
            "node_width": .text(String(Self.nodeWidth)), "node_inner": .text(String(Self.nodeWidth - 1)),
            "nodes": .list(zip(addresses, left).map(Self.node) + zip(mailboxes, right).map(Self.node)),
            "edges": .list(edges.map { Self.curve($0, addressPlaces[$0.address] ?? 0, mailboxPlaces[$0.mailbox] ?? 0) }),
            "capped": total > addresses.count
                ? .text(
                    "\(addresses.count) of \(Words.number(total)) addresses, those that need a look first. Filter to see others.") : .null,
        ]
    }

    /// Spread over the height of the longer column.
    private static func place(_ index: Int, of count: Int, in rows: Int) -> Int {
        let height = Double(step * (rows - 1))
        guard count > 1 else { return top + Int((height / 2).rounded()) }
        return top + Int((height * Double(index) / Double(count - 1)).rounded())
    }

    private static func node(_ address: Address, y: Int) -> DocumentValue {
        [
            "x": "0", "y": .text(String(y)), "label": .text(short(address.label)),
            "href": .text("/explain?address=\(PercentCoding.encode(address.label))"), "class": .text("address \(address.kind)"),
            "title": .text("\(address.label): \(address.kind == "good" ? "has a route" : "look at the table")"),
        ]
    }

    private static func node(_ mailbox: Mailbox, y: Int) -> DocumentValue {
        [
            "x": .text(String(column)), "y": .text(String(y)), "label": .text(short(mailbox.label)),
            "href": .text("/identities?q=\(PercentCoding.encode(mailbox.query))"), "class": .text("mailbox \(mailbox.kind)"),
            "title": .text("mailbox \(mailbox.label)"),
        ]
    }

    private static func curve(_ edge: Edge, _ left: Int, _ right: Int) -> DocumentValue {
        let (y1, y2) = (left + middle, right + middle)
        let bends = (nodeWidth + (column - nodeWidth) * 5 / 12, column - (column - nodeWidth) * 5 / 12)
        return [
            "d": .text("M\(nodeWidth) \(y1)C\(bends.0) \(y1) \(bends.1) \(y2) \(column) \(y2)"), "class": .text(edge.kind),
            "title": .text("\(edge.address) through \(edge.mailbox): \(edge.route), \(edge.word)"),
        ]
    }

    private static func short(_ label: String) -> String {
        label.count > longestLabel ? label.prefix(longestLabel - 1) + "…" : label
    }
}
