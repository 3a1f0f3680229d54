internal import CoreMetrics
internal import Synchronization

/// Counts the answers of one route. What has been looked up once stays at hand: a route that is asked tens of thousands of times a second has two or three
/// statuses. A class because all requests of the route share it.
package final class RequestMeter: Sendable {
    private struct Handles: Sendable {
        var timer: Timer?
        var counters: [Int: Counter] = [:]
    }

    private let route: String
    private let method: String
    private let factory: any MetricsFactory
    /// Made with the first answer: a route that nobody asks is no series.
    private let handles = Mutex(Handles())

    /// `route`: the pattern (`/v1/messages/{id}`), not the path, which would be a series for each message.
    init(route: String, method: String, factory: any MetricsFactory) {
        self.route = route
        self.method = method
        self.factory = factory
    }

    package func answered(_ status: Int, seconds: Double) {
        let (counter, timer) = handles.withLock { handles in
            let counter = handles.counters[status] ?? makeCounter(status)
            let timer = handles.timer ?? Timer(label: Metric.httpRequestDuration.name, dimensions: [("route", route)], factory: factory)
            handles.counters[status] = counter
            handles.timer = timer
            return (counter, timer)
        }
        counter.increment()
        timer.recordTime(seconds)
    }

    private func makeCounter(_ status: Int) -> Counter {
        Counter(
            label: Metric.httpRequests.name, dimensions: [("route", route), ("method", method), ("status", String(status))],
            factory: factory)
    }
}
