package import CoreMetrics

/// Counts what Mandate does, in the words of mail; a copy counts into the same numbers.
///
/// The factory is passed, and is never `MetricsSystem`'s; why not, `PrometheusRegistry` says. Where the words are few, their counters are made here, once: who
/// counts looks nothing up, and they are there from the start with 0, so that Prometheus sees the first event as a rise. What is told apart by mailbox, grant
/// or path is looked up under a lock each time: microseconds, where a network was waited for.
package struct MandateMetrics: Sendable {
    /// How a message came in.
    package enum Way: Int, Sendable, Hashable, CaseIterable {
        case smtp, http, sendmail, pickup
    }

    package enum RecipientEnd: Int, Sendable, Hashable, CaseIterable {
        case sent, refused
    }

    package enum DecisionOutcome: Int, Sendable, Hashable, CaseIterable {
        case decided, later, held, refused
    }

    private let factory: any MetricsFactory
    private let accepted: CounterRow<Way>
    private let recipients: CounterRow<RecipientEnd>
    private let decisions: CounterRow<DecisionOutcome>
    private let handedOut: Counter
    private let failedLogins: Counter
    private let attemptDuration: Timer
    private let messageAge: Timer
    private let decisionDuration: Timer

    package init(factory: any MetricsFactory, version: String) {
        self.factory = factory
        accepted = CounterRow(.messagesAccepted, "way", factory)
        recipients = CounterRow(.recipients, "outcome", factory)
        decisions = CounterRow(.decisions, "outcome", factory)
        handedOut = Counter(label: Metric.tokenHandedOut.name, factory: factory)
        failedLogins = Counter(label: Metric.loginFailures.name, factory: factory)
        attemptDuration = Timer(label: Metric.attemptDuration.name, factory: factory)
        messageAge = Timer(label: Metric.messageAge.name, factory: factory)
        decisionDuration = Timer(label: Metric.decisionDuration.name, factory: factory)
        Meter(label: Metric.buildInfo.name, dimensions: [("version", version)], factory: factory).set(1)
    }

    package func messageAccepted(by way: Way) { accepted[way].increment() }

    /// `code`: a refusal's, which are stable.
    package func messageRefused(code: String) { count(.messagesRefused, [("code", code)]) }

    package func attempted(mailbox: String, route: String, transport: String, verdict: String, seconds: Double) {
        count(.attempts, [("route", route), ("transport", transport), ("verdict", verdict)])
        count(.mailboxAttempts, [("mailbox", mailbox), ("verdict", verdict)])
        attemptDuration.recordTime(seconds)
    }

    package func recipientsSettled(_ end: RecipientEnd, _ number: Int = 1) { recipients[end].increment(by: number) }

    /// `age`: seconds since it was accepted.
    package func messageDone(age: Double) { messageAge.recordTime(age) }

    /// `outcome`: `renewed`, or the failure's word.
    package func tokenRenewed(grant: String, outcome: String) { count(.tokenRenewals, [("grant", grant), ("outcome", outcome)]) }

    package func tokenHandedOut() { handedOut.increment() }

    package func decided(_ outcome: DecisionOutcome, seconds: Double) {
        decisions[outcome].increment()
        decisionDuration.recordTime(seconds)
    }

    /// For whoever answers that route: kept, and counted with.
    package func requests(of route: String, method: String) -> RequestMeter {
        RequestMeter(route: route, method: method, factory: factory)
    }

    package func loginFailed() { failedLogins.increment() }

    /// For `render(adding:)`: the queue as the store has just told it. States without a message are named too, with 0.
    package static func queue(messages: [String: Int], oldest seconds: Double) -> [Sample] {
        messages.map { Sample(Metric.queueMessages.name, labels: ["state": $0], value: Double($1)) }
            + [Sample(Metric.queueOldest.name, value: max(seconds, 0))]
    }

    /// For `render(adding:)`: whether a message of each purpose would leave now.
    package static func purposes(areOpen: [String: Bool]) -> [Sample] {
        areOpen.map { Sample(Metric.purposeOpen.name, labels: ["purpose": $0], value: $1 ? 1 : 0) }
    }

    /// For `render(adding:)`: what a tenant has written to the outside within a day. `limit` nil: nobody has said.
    package static func tenant(_ name: String, used: Int, limit: Int?, isPaused: Bool) -> [Sample] {
        let labels = ["tenant": name]
        return [
            Sample(Metric.tenantRecipients.name, labels: labels, value: Double(used)),
            Sample(Metric.tenantPaused.name, labels: labels, value: isPaused ? 1 : 0),
        ] + (limit.map { [Sample(Metric.tenantLimit.name, labels: labels, value: Double($0))] } ?? [])
    }

    private func count(_ metric: Metric, _ dimensions: [(String, String)]) {
        Counter(label: metric.name, dimensions: dimensions, factory: factory).increment()
    }
}

/// One ready counter for each word: finding it is an index into an array. A word's number is its place, since none of the enums sets it otherwise.
private struct CounterRow<Word: CaseIterable & RawRepresentable<Int>>: Sendable {
    private let counters: [Counter]

    init(_ metric: Metric, _ label: String, _ factory: any MetricsFactory) {
        counters = Word.allCases.map { Counter(label: metric.name, dimensions: [(label, String(describing: $0))], factory: factory) }
    }

    subscript(word: Word) -> Counter { counters[word.rawValue] }
}
