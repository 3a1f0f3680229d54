import CoreMetrics
import Testing
@testable import Monitoring

/// Counting, and who shares what with whom.
struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry(MetricCatalogue([]))

    @Test func sameLabelAndDimensionsAreOneSeries() {
        let one = registry.makeCounter(label: "c", dimensions: [("a", "1"), ("b", "2")])
        #expect(one === registry.makeCounter(label: "c_total", dimensions: [("b", "2"), ("a", "1")]))
        #expect(one === registry.makeFloatingPointCounter(label: "c", dimensions: [("a", "1"), ("b", "2")]))
        #expect(one !== registry.makeCounter(label: "c", dimensions: [("a", "1")]))
        #expect(one !== PrometheusRegistry(MetricCatalogue([])).makeCounter(label: "c", dimensions: [("a", "1"), ("b", "2")]))
        #expect(
            registry.makeTimer(label: "t", dimensions: [])
                === registry.makeRecorder(label: "t_seconds", dimensions: [], aggregate: true))
        #expect(registry.makeMeter(label: "g", dimensions: []) === registry.makeRecorder(label: "g", dimensions: [], aggregate: false))
    }

    @Test func counterOnlyRises() {
        let (whole, parts) = (Counter(label: "c", factory: registry), FloatingPointCounter(label: "c", factory: registry))
        whole.increment(by: 2)
        whole.increment(by: -1)
        for amount in [0.25, -1, .nan, .infinity] { parts.increment(by: amount) }
        #expect(registry.render().hasSuffix("\nc_total 2.25\n"))
        whole.reset()
        #expect(registry.render().hasSuffix("\nc_total 0\n"))
    }

    @Test func gaugeGoesUpAndDown() {
        let meter = Meter(label: "g", factory: registry)
        meter.set(5)
        meter.increment(by: 2.5)
        meter.decrement(by: 10)
        #expect(registry.render().hasSuffix("\ng -2.5\n"))
        Gauge(label: "g", factory: registry).record(8)
        #expect(registry.render().hasSuffix("\ng 8\n"))
    }

    /// Tasks count, make series and scrape all at once.
    @Test func noIncrementIsLost() async {
        let (tasks, times) = (8, 10_000)
        await withTaskGroup(of: Void.self) { [registry] group in
            for task in 0..<tasks {
                group.addTask {
                    let (counter, parts) = (Counter(label: "c", factory: registry), FloatingPointCounter(label: "f", factory: registry))
                    let (timer, meter) = (Timer(label: "t", factory: registry), Meter(label: "g", factory: registry))
                    for number in 0..<times {
                        counter.increment()
                        parts.increment(by: 0.5)
                        meter.increment(by: 1)
                        timer.recordSeconds(number % 2 == 0 ? 1 : 100)
                        if number % 1000 == 0 {
                            Counter(label: "own", dimensions: [("by", "\(task) \(number)")], factory: registry).increment()
                            #expect(ExpositionGrammar(registry.render()).faults == [])
                        }
                    }
                }
            }
        }
        let text = registry.render()
        for line in [
            "c_total 80000", "f_total 40000", "g 80000", "t_seconds_bucket{le=\"1\"} 40000", "t_seconds_count 80000",
            "t_seconds_sum 4040000",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
        #expect(text.lines(of: "own_total").count == 80)
    }

    @Test func destroyedSeriesVanishes() {
        let (one, two) = (counter("1"), counter("2"))
        let (timer, meter, recorder) = (
            Timer(label: "t", factory: registry), Meter(label: "g", factory: registry), Recorder(label: "r", factory: registry)
        )
        let parts = FloatingPointCounter(label: "f", factory: registry)
        one.destroy()
        one.increment()
        #expect(registry.render().lines(of: "c_total") == ["c_total{x=\"2\"} 0"])
        two.destroy()
        timer.destroy()
        meter.destroy()
        recorder.destroy()
        parts.destroy()
        #expect(registry.render() == "")
        counter("1").increment()
        // Destroyed a second time, it does not take its successor down.
        one.destroy()
        #expect(registry.render().lines(of: "c_total") == ["c_total{x=\"1\"} 1"])
    }

    @Test func handlerOfAnotherRegistryIsLeftAlone() {
        counter("1").increment()
        registry.destroyCounter(PrometheusRegistry(MetricCatalogue([])).makeCounter(label: "c", dimensions: [("x", "1")]))
        #expect(registry.render().lines(of: "c_total") == ["c_total{x=\"1\"} 1"])
    }

    private func counter(_ value: String) -> Counter { Counter(label: "c", dimensions: [("x", value)], factory: registry) }
}

extension String {
    /// The lines of one metric's series.
    func lines(of name: String) -> [String] {
        split(separator: "\n").filter { $0.hasPrefix(name + "{") || $0.hasPrefix(name + " ") }.map(String.init)
    }
}
