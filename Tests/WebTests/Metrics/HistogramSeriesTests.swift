import Testing
@testable import Monitoring

/// Where a value falls.
struct HistogramSeriesTests {
    private let series = HistogramSeries(
        .histogram("h", "x", unit: nil, buckets: [-1, 0, 0.1, 10]),
        SeriesPlace(metric: "h", labels: LabelSet([], of: .unknown("h", .histogram))))

    @Test(arguments: [
        (-2.0, 0), (-1, 0), ((-1.0).nextUp, 1), (-0.0, 1), (0, 1), (0.1, 2), (0.1.nextUp, 3), (10, 3), (10.0.nextUp, 4), (1e300, 4),
    ]) func boundBelongsToItsBucket(_ value: Double, _ bucket: Int) {
        series.record(value)
        #expect(counts == (0..<5).map { $0 == bucket ? 1 : 0 })
        #expect(sum == value)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity]) func whatIsNoNumberIsIgnored(_ value: Double) {
        series.record(2.5)
        series.record(value)
        #expect(counts == [0, 0, 0, 1, 0])
        #expect(sum == 2.5)
    }

    @Test(arguments: [(Int64(0), 0.0), (100_000_000, 0.1), (-5, 0), (.min, 0), (.max, 9_223_372_036.854775807)])
    func timeIsInSeconds(_ nanoseconds: Int64, _ seconds: Double) {
        series.recordNanoseconds(nanoseconds)
        #expect(sum == seconds)
    }

    @Test func wholeNumbersAreTakenToo() {
        series.record(Int64(10))
        #expect(counts == [0, 0, 0, 1, 0])
    }

    private var counts: [Int64] {
        guard case .histogram(_, let counts, _) = series.reading else { return [] }
        return counts
    }

    private var sum: Double? {
        guard case .histogram(_, _, let sum) = series.reading else { return nil }
        return sum
    }
}
