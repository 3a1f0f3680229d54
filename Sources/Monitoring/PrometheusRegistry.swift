package import CoreMetrics
internal import Synchronization

/// Keeps everything that is counted and writes it down as Prometheus reads it; swift-metrics' backend.
///
/// It is passed to whoever counts, never made the process's own with `MetricsSystem.bootstrap`: that can be done once, and tests run several services side by
/// side, whose numbers must not mix.
///
/// The lock is for finding a series and for the moment in which a scrape copies references to all of them. Who holds a `Counter` counts without it.
package final class PrometheusRegistry: Sendable {
    /// Series of one metric. A label made of mailboxes, grants or whatever strangers send must not eat the memory, here and in Prometheus, where each series
    /// costs some kilobytes: the next ones are counted together, with "other" for their open labels. Sums stay right.
    package static let usualLimit = 1000
    /// Folded series beside them: all that the closed labels of our metrics make together (six routes, three transports, seven verdicts: 126). Whoever
    /// invents more gets one last series with "other" for everything.
    private static let mostFolded = 128

    private struct SeriesOfMetric<Member: Series>: Sendable {
        let metric: Metric
        private(set) var members: [LabelSet: Member] = [:]

        init(_ metric: Metric) { self.metric = metric }

        mutating func member(for labels: LabelSet, limit: Int) -> Member {
            let seat = seat(for: labels, limit: limit)
            if let member = members[seat] { return member }
            let member = Member(metric, SeriesPlace(metric: metric.name, labels: seat))
            members[seat] = member
            return member
        }

        /// False when another one stands there by now, or it was another registry's.
        mutating func remove(_ member: Member) -> Bool {
            guard members[member.place.labels] === member else { return false }
            members[member.place.labels] = nil
            return true
        }

        private func seat(for labels: LabelSet, limit: Int) -> LabelSet {
            if members[labels] != nil || members.count < limit { return labels }
            let folded = labels.folded(metric.labels?.filter(\.isOpen))
            return members[folded] != nil || members.count < limit + mostFolded ? folded : labels.folded(nil)
        }
    }

    private struct State: Sendable {
        var counters: [String: SeriesOfMetric<CounterSeries>] = [:]
        var gauges: [String: SeriesOfMetric<GaugeSeries>] = [:]
        var histograms: [String: SeriesOfMetric<HistogramSeries>] = [:]
    }

    private let catalogue: MetricCatalogue
    private let limit: Int
    // A class because swift-metrics' handles share it; its only state is behind the mutex.
    private let state = Mutex(State())

    package init(_ catalogue: MetricCatalogue, limit: Int = PrometheusRegistry.usualLimit) {
        precondition(limit > 0, "a metric needs room for one series")
        self.catalogue = catalogue
        self.limit = limit
    }

    /// All there is at this moment, and `samples`, which the caller has asked for just now: what stands in the store is not counted twice in memory, and
    /// asking a store takes an await that has no place here. Holds up nobody who counts.
    package func render(adding samples: [Sample] = []) -> String {
        let state = state.withLock { $0 }
        var exposition = Exposition(catalogue)
        for series in state.counters.values { exposition.add(series.metric, series.members.mapValues(\.reading)) }
        for series in state.gauges.values { exposition.add(series.metric, series.members.mapValues(\.reading)) }
        for series in state.histograms.values { exposition.add(series.metric, series.members.mapValues(\.reading)) }
        for sample in samples { exposition.add(sample) }
        return exposition.text
    }

    func counter(_ name: String, _ dimensions: [(String, String)]) -> CounterSeries {
        series(of: catalogue.metric(ExposedName.counter(name), .counter), dimensions, \.counters)
    }

    func gauge(_ name: String, _ dimensions: [(String, String)]) -> GaugeSeries {
        series(of: catalogue.metric(ExposedName.metric(name), .gauge), dimensions, \.gauges)
    }

    /// Under the name it will be exposed with, which a timer's is not.
    func histogram(_ name: String, _ dimensions: [(String, String)]) -> HistogramSeries {
        series(of: catalogue.metric(ExposedName.metric(name), .histogram), dimensions, \.histograms)
    }

    /// Who holds the series may go on counting, but nobody sees it. A folded one stays: it counts for others too.
    func remove(_ handler: AnyObject) {
        if let series = handler as? CounterSeries { remove(series, \.counters) }
        if let series = handler as? GaugeSeries { remove(series, \.gauges) }
        if let series = handler as? HistogramSeries { remove(series, \.histograms) }
    }

    private func remove<Member: Series>(_ member: Member, _ path: WritableKeyPath<State, [String: SeriesOfMetric<Member>]>) {
        guard !member.place.labels.isFolded else { return }
        let name = member.place.metric
        state.withLock { state in
            guard state[keyPath: path][name]?.remove(member) ?? false else { return }
            if state[keyPath: path][name]?.members.isEmpty ?? false { state[keyPath: path][name] = nil }
        }
    }

    private func series<Member: Series>(
        of metric: Metric, _ dimensions: [(String, String)], _ path: WritableKeyPath<State, [String: SeriesOfMetric<Member>]>
    ) -> Member {
        let labels = LabelSet(dimensions, of: metric)
        return state.withLock { state in
            state[keyPath: path][metric.name, default: SeriesOfMetric(metric)].member(for: labels, limit: limit)
        }
    }
}

/// What swift-metrics asks of a backend. The same label and dimensions yield the same series, and may be asked for at any time; whoever counts often keeps
/// what it got.
extension PrometheusRegistry: MetricsFactory {
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { counter(label, dimensions) }

    package func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { gauge(label, dimensions) }

    /// Summaries are left out: their quantiles cannot be added up over several processes, buckets can.
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions) : gauge(label, dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(ExposedName.timer(label), dimensions)
    }

    package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }
}
