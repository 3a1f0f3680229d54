import CoreMetrics
import Testing
@testable import Monitoring

/// A label made of mailboxes must not eat the memory.
struct FoldingTests {
    private let registry = PrometheusRegistry(
        MetricCatalogue([.counter("sends_total", "By mailbox.", labels: [.open("mailbox"), "verdict"])]), limit: 3)

    @Test func openLabelIsFoldedAndTheOthersStay() {
        for number in 1...5 {
            for verdict in ["sent", "denied"] { send("m\(number)", verdict).increment() }
        }
        send("m1", "sent").increment()
        #expect(
            registry.render().lines(of: "sends_total") == [
                #"sends_total{mailbox="m1",verdict="denied"} 1"#, #"sends_total{mailbox="m1",verdict="sent"} 2"#,
                #"sends_total{mailbox="m2",verdict="sent"} 1"#, #"sends_total{mailbox="other",verdict="denied"} 4"#,
                #"sends_total{mailbox="other",verdict="sent"} 3"#,
            ])
    }

    @Test func inventedClosedLabelsAreFoldedAtLast() {
        for number in 0..<10_000 { send("m\(number)", "v\(number)").increment() }
        let lines = registry.render().lines(of: "sends_total")
        #expect(lines.count == 3 + 128 + 1)
        #expect(lines.contains(#"sends_total{mailbox="other",verdict="other"} 9869"#))
        send("late", "v3").increment()
        #expect(registry.render().contains(#"sends_total{mailbox="other",verdict="v3"} 2"#))
    }

    /// Without a catalogue nobody knows which label is the open one.
    @Test func allLabelsOfAnUnknownMetricAreFolded() {
        for number in 0..<10 { Meter(label: "g", dimensions: [("a", "\(number)"), ("b", "x")], factory: registry).increment(by: 1) }
        #expect(registry.render().lines(of: "g").last == #"g{a="other",b="other"} 7"#)
        #expect(registry.render().lines(of: "g").count == 4)
    }

    @Test func thousandByDefault() {
        let registry = PrometheusRegistry(MetricCatalogue([]))
        for number in 0..<5000 { Counter(label: "c", dimensions: [("x", "\(number)")], factory: registry).increment() }
        #expect(registry.render().lines(of: "c_total").count == 1001)
        #expect(registry.render().contains("\nc_total{x=\"other\"} 4000\n"))
    }

    @Test func foldedSeriesOutlivesOneOfItsUsers() {
        for number in 0..<4 { send("m\(number)", "sent").increment() }
        send("m3", "sent").destroy()
        #expect(registry.render().contains(#"sends_total{mailbox="other",verdict="sent"} 1"#))
    }

    @Test func destroyedSeriesMakesRoom() {
        for number in 0..<3 { send("m\(number)", "sent").increment() }
        send("m0", "sent").destroy()
        send("m9", "sent").increment()
        #expect(registry.render().contains(#"sends_total{mailbox="m9",verdict="sent"} 1"#))
    }

    @Test func endlessValueIsCut() {
        send(String(repeating: "é", count: 100_000), "sent").increment()
        #expect(registry.render().utf8.count < 1000)
    }

    private func send(_ mailbox: String, _ verdict: String) -> Counter {
        Counter(label: "sends", dimensions: [("mailbox", mailbox), ("verdict", verdict)], factory: registry)
    }
}
