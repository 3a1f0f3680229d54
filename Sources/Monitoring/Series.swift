internal import CoreMetrics
internal import Synchronization

/// One line or one histogram of a metric. Whoever counts holds it and changes it without a lock and without memory of its own; whoever reads it stops nobody.
///
/// A class, because swift-metrics has it so: a handler is shared by all that count the same.
protocol Series: AnyObject, Sendable {
    static var kind: Metric.Kind { get }
    var place: SeriesPlace { get }
    var reading: Reading { get }

    init(_ metric: Metric, _ place: SeriesPlace)
}

/// Where a series stands in its registry, so that it is found when it is given up.
struct SeriesPlace: Sendable, Hashable {
    let metric: String
    let labels: LabelSet
}

/// What a series said when it was asked.
enum Reading: Sendable, Hashable {
    case whole(Int64)
    case number(Double)
    /// How many values fell into each bucket and not into the one before; the last is that without a bound.
    case histogram(bounds: [Double], counts: [Int64], sum: Double)
}

/// Counts up. Both of swift-metrics' counters are this one, since Prometheus has but one: whole amounts stay exact however many they are.
final class CounterSeries: Series, CounterHandler, FloatingPointCounterHandler {
    static let kind = Metric.Kind.counter
    let place: SeriesPlace
    private let whole = Atomic<Int64>(0)
    private let parts = AtomicDouble()

    init(_ metric: Metric, _ place: SeriesPlace) { self.place = place }

    /// To Prometheus a counter that falls is a process that began anew, so that a negative amount would be read as a great many events: it is ignored.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        whole.wrappingAdd(amount, ordering: .relaxed)
    }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        parts.add(amount)
    }

    func reset() {
        whole.store(0, ordering: .relaxed)
        parts.set(0)
    }

    var reading: Reading {
        let (whole, parts) = (whole.load(ordering: .relaxed), parts.value)
        return parts == 0 ? .whole(whole) : .number(Double(whole) + parts)
    }
}

/// Says how much there is of something: a meter, or a recorder that does not aggregate.
final class GaugeSeries: Series, MeterHandler, RecorderHandler {
    static let kind = Metric.Kind.gauge
    let place: SeriesPlace
    private let current = AtomicDouble()

    init(_ metric: Metric, _ place: SeriesPlace) { self.place = place }

    func set(_ value: Int64) { current.set(Double(value)) }
    func set(_ value: Double) { current.set(value) }
    func increment(by amount: Double) { current.add(amount) }
    func decrement(by amount: Double) { current.add(-amount) }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }

    var reading: Reading { .number(current.value) }
}

/// Sorts values into buckets: a timer, in seconds, or a recorder that aggregates.
final class HistogramSeries: Series, RecorderHandler, TimerHandler {
    /// A class, since an array cannot hold an atomic.
    private final class Bucket: Sendable {
        let count = Atomic<Int64>(0)
    }

    static let kind = Metric.Kind.histogram
    let place: SeriesPlace
    private let bounds: [Double]
    private let buckets: [Bucket]
    private let sum = AtomicDouble()

    init(_ metric: Metric, _ place: SeriesPlace) {
        self.place = place
        bounds = metric.buckets
        buckets = (0...metric.buckets.count).map { _ in Bucket() }
    }

    func record(_ value: Int64) { record(Double(value)) }

    /// A bound belongs to its bucket (`le` is "less or equal"). What is no number has no bucket, and would spoil the sum until the next start: ignored.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        buckets[index].count.wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    /// A clock that was set back makes no time less than none.
    func recordNanoseconds(_ duration: Int64) { record(Double(max(duration, 0)) / 1_000_000_000) }

    /// The buckets and the sum are read one after the other: a value recorded meanwhile may be in one and not yet in the other. The number of values is the
    /// sum of the buckets, so that these at least agree.
    var reading: Reading {
        .histogram(bounds: bounds, counts: buckets.map { $0.count.load(ordering: .relaxed) }, sum: sum.value)
    }
}

/// A number that many add to. Nothing else is published with it, so that the order towards other memory does not matter: relaxed.
private struct AtomicDouble: ~Copyable, Sendable {
    private let bits = Atomic<UInt64>(Double.zero.bitPattern)

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func add(_ amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (exchanged, original) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }
}
