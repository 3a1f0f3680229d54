import Relay
import Testing

@testable import Console

/// The drawing of addresses and mailboxes: few lines cross, what looks the same is one, and it fits.
struct SenderGraphTests {
    private static func edge(_ address: String, _ mailbox: String, _ word: String = "proven", _ kind: String = "good") -> SenderGraph.Edge {
        SenderGraph.Edge(address: address, mailbox: mailbox, route: "send-as", word: word, kind: kind)
    }

    private static func mailboxes(_ count: Int) -> [SenderGraph.Mailbox] {
        (0..<count).map { SenderGraph.Mailbox(label: "box\($0)@x.example", query: "box\($0)", kind: "good") }
    }

    /// Of the nodes as they are drawn.
    private static func labels(_ graph: SenderGraph, _ name: String) -> [String] {
        guard case .list(let views)? = graph.document["views"], let view = views.first(where: { $0["class"] == .text(name) }),
            case .list(let nodes)? = view["nodes"]
        else { return [] }
        return nodes.compactMap { if case .text(let label)? = $0["label"] { label } else { nil } }
    }

    @Test func addressesStandBesideTheirMailboxes() throws {
        // In the order of their names each line would cross each other.
        let edges = (0..<6).map { Self.edge("a\($0)@x.example", "box\(5 - $0)@x.example") }
        let graph = try #require(SenderGraph(edges, mailboxes: Self.mailboxes(6)))
        #expect(graph.sources.map(\.label) == (0..<6).map { "a\(5 - $0)@x.example" })
        #expect(!graph.isCollapsed)
    }

    /// 2,000 addresses that one mailbox carries are one node, but for the one that the provider refuses.
    @Test func whatLooksTheSameIsABundle() throws {
        let edges =
            (0..<2000).map { Self.edge("a\($0)@x.example", "box0@x.example") } + [
                Self.edge("b@x.example", "box0@x.example", "denied", "bad")
            ]
        let graph = try #require(SenderGraph(edges, mailboxes: Self.mailboxes(1)))
        #expect(graph.sources.map(\.label) == ["a0@x.example and 1,999 more", "b@x.example"])
        #expect(!graph.isCollapsed)
        #expect(graph.document["capped"] == .null)
        #expect(Self.labels(graph, "wide").first == "a0@x.example +1,999")
        #expect(Self.labels(graph, "narrow").first == "a0@x.exa… +1,999")
    }

    @Test func aThicketWaitsUntilSomebodyOpensIt() throws {
        let edges = (0..<21).map { Self.edge("a\($0)@x.example", "box\($0)@x.example") }
        let graph = try #require(SenderGraph(edges, mailboxes: Self.mailboxes(21)))
        #expect(graph.sources.count == 21)
        #expect(graph.isCollapsed)
        #expect(graph.document["collapsed"] == .flag(true))
    }

    /// Where not all can be seen, those are that somebody should look at.
    @Test func whatNeedsALookIsDrawnFirst() throws {
        var edges = (0..<100).map { Self.edge("a\($0)@x.example", "box\($0)@x.example") }
        edges.append(Self.edge("z@x.example", "box7@x.example", "denied", "bad"))
        let graph = try #require(SenderGraph(edges, mailboxes: Self.mailboxes(100)))
        #expect(graph.sources.count == SenderGraph.most)
        #expect(graph.sources.contains { $0.label == "z@x.example" })
        #expect(graph.document["capped"] != .null)
    }

    /// On a telephone there is one that needs no scrolling.
    @Test func thereIsOneForANarrowPage() throws {
        let graph = try #require(SenderGraph([Self.edge("a-rather-long-name@x.example", "box0@x.example")], mailboxes: Self.mailboxes(1)))
        #expect(Self.labels(graph, "wide") == ["a-rather-long-name@x.example", "box0@x.example"])
        #expect(Self.labels(graph, "narrow") == ["a-rather-long-n…", "box0@x.example"])
        #expect(GraphLayout.narrow.width <= 340)
        #expect(SenderGraph([], mailboxes: []) == nil)
    }
}
