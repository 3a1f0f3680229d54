import CoreMetrics
import Testing
@testable import Monitoring

/// What a scrape reads, to the octet.
struct ExpositionTests {
    private let registry = PrometheusRegistry(
        MetricCatalogue([
            .counter("mail_sent_total", "Messages sent.", labels: ["route"]),
            .histogram("mail_wait_seconds", "How long it took.", buckets: [0.1, 1, 2.5]),
            .gauge("mail_queue", "Messages \"waiting\"\\\nto leave.", labels: ["state"]),
        ]))

    @Test func isGroupedAndSorted() {
        Counter(label: "mail_sent", dimensions: [("route", "own")], factory: registry).increment(by: 3)
        Counter(label: "mail_sent_total", dimensions: [("route", "alias")], factory: registry).increment()
        Timer(label: "mail_wait", factory: registry).recordMilliseconds(100)
        Timer(label: "mail_wait", factory: registry).recordSeconds(2)
        Meter(label: "zz.free-memory", factory: registry).set(0.5)
        let samples = [
            Sample("mail_queue", labels: ["state": "waiting"], value: 7), Sample("mail_queue", labels: ["state": "held"], value: 0),
            Sample("octets", .counter, value: 9_007_199_254_740_991),
        ]
        #expect(
            registry.render(adding: samples) == #"""
                # HELP mail_queue Messages "waiting"\\\nto leave.
                # TYPE mail_queue gauge
                mail_queue{state="held"} 0
                mail_queue{state="waiting"} 7
                # HELP mail_sent_total Messages sent.
                # TYPE mail_sent_total counter
                mail_sent_total{route="alias"} 1
                mail_sent_total{route="own"} 3
                # HELP mail_wait_seconds How long it took.
                # TYPE mail_wait_seconds histogram
                mail_wait_seconds_bucket{le="0.1"} 1
                mail_wait_seconds_bucket{le="1"} 1
                mail_wait_seconds_bucket{le="2.5"} 2
                mail_wait_seconds_bucket{le="+Inf"} 2
                mail_wait_seconds_sum 2.1
                mail_wait_seconds_count 2
                # HELP octets_total Not in the catalogue.
                # TYPE octets_total counter
                octets_total 9007199254740991
                # HELP zz_free_memory Not in the catalogue.
                # TYPE zz_free_memory gauge
                zz_free_memory 0.5

                """#)
    }

    @Test func nothingCountedIsAnEmptyText() { #expect(registry.render() == "") }

    @Test(arguments: [
        (#"a\b"#, #"a\\b"#), (#"say "hi""#, #"say \"hi\""#), ("a\nb", #"a\nb"#), ("a\r\nb", "a\r\\nb"), ("grüße,}=", "grüße,}="),
        (#"\n"#, #"\\n"#),
    ]) func labelValueIsEscaped(_ value: String, _ written: String) {
        Meter(label: "g", dimensions: [("x", value)], factory: registry).set(1)
        let text = registry.render()
        #expect(text.unicodeScalars.elementsEqual("# HELP g Not in the catalogue.\n# TYPE g gauge\ng{x=\"\(written)\"} 1\n".unicodeScalars))
        #expect(ExpositionGrammar(text).faults == [])
        #expect(text.split(separator: "\n").last.flatMap { ExpositionGrammar.sample(String($0)) }?.labels == [["x", value]])
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (-3, "-3"), (0.1, "0.1"), (1e-05, "1e-05"), (1e16, "10000000000000000"), (1e20, "1e+20"), (.nan, "NaN"),
        (.infinity, "+Inf"),
        (-.infinity, "-Inf"), (0.1 + 0.2, "0.30000000000000004"),
    ]) func numberIsWrittenAsGoReadsIt(_ number: Double, _ written: String) {
        #expect(registry.render(adding: [Sample("g", value: number)]).hasSuffix("\ng \(written)\n"))
    }

    @Test(arguments: [
        ("http.server/requests", "http_server_requests"), ("9lives", "_9lives"), ("", "_"), ("a:b", "a_b"), ("größe", "gr__e"),
        ("ok_1", "ok_1"),
    ]) func metricNameIsMadeLegal(_ name: String, _ legal: String) {
        #expect(registry.render(adding: [Sample(name, value: 1)]).hasSuffix("\n\(legal) 1\n"))
    }

    @Test(arguments: [("client-id", "client_id"), ("__name__", "_name__"), ("le", "le_"), ("1", "_1"), ("a:b", "a_b"), ("__", "_")])
    func labelNameIsMadeLegal(_ name: String, _ legal: String) {
        #expect(registry.render(adding: [Sample("g", labels: [name: "x"], value: 1)]).hasSuffix("\ng{\(legal)=\"x\"} 1\n"))
    }

    @Test func labelsAreSortedAndTheFirstOfTwoCounts() {
        Meter(label: "g", dimensions: [("b-c", "1"), ("b.c", "2"), ("a", "3"), ("empty", "")], factory: registry).set(1)
        #expect(registry.render().hasSuffix("\ng{a=\"3\",b_c=\"1\"} 1\n"))
    }

    @Test func labelOutsideTheCatalogueIsDropped() {
        Counter(label: "mail_sent", dimensions: [("route", "own"), ("recipient", "ann@example.org")], factory: registry).increment()
        #expect(registry.render().hasSuffix("\nmail_sent_total{route=\"own\"} 1\n"))
    }

    @Test func sampleReplacesTheSeriesOfItsLabels() {
        Meter(label: "mail_queue", factory: registry).set(1)
        #expect(registry.render(adding: [Sample("mail_queue", value: 2), Sample("mail_queue", value: 3)]).hasSuffix("\nmail_queue 3\n"))
    }

    /// Prometheus refuses a scrape in which one name has two types.
    @Test func contestedNameStaysTheCatalogues() {
        Meter(label: "mail_wait_seconds", factory: registry).set(1)
        Meter(label: "mail_wait_seconds_count", factory: registry).set(2)
        Meter(label: "x_total", factory: registry).set(3)
        Recorder(label: "mail_queue", factory: registry).record(4)
        Counter(label: "x", factory: registry).increment(by: 5)
        Timer(label: "mail_wait", factory: registry).recordSeconds(6)
        Meter(label: "mail_queue", factory: registry).set(7)
        let text = registry.render()
        #expect(ExpositionGrammar(text).faults == [])
        for line in [
            "mail_wait_seconds_gauge 1", "mail_wait_seconds_count_gauge 2", "x_total_gauge 3", "mail_queue_histogram_sum 4", "x_total 5",
            "mail_wait_seconds_sum 6", "mail_queue 7",
        ] { #expect(text.contains("\n\(line)\n"), "\(line)") }
    }
}
