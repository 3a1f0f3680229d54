internal import CoreMetrics

extension Timer {
    /// Thirty years: nothing that is timed here takes longer, and swift-metrics' nanoseconds have room for it.
    private static var longest: Double { 1_000_000_000 }

    /// A clock that was set back makes no time less than none.
    func recordTime(_ seconds: Double) { recordSeconds(seconds > 0 ? min(seconds, Self.longest) : 0) }
}
