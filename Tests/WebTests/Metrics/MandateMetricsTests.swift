import Testing
@testable import Monitoring

/// What the dashboards see of a day of mail.
struct MandateMetricsTests {
    private let registry = PrometheusRegistry(MandateMetrics.catalogue)

    @Test func everyMetricIsDescribedAndReadable() {
        let text = day()
        #expect(ExpositionGrammar(text).faults == [])
        #expect(!text.contains("Not in the catalogue"))
        let types = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        #expect(Set(types) == Set(MandateMetrics.catalogue.metrics.map { Substring($0.name) }))
        #expect(types.allSatisfy { $0.hasPrefix("mandate_") })
    }

    @Test(arguments: [
        #"mandate_messages_accepted_total{way="pickup"} 0"#, #"mandate_messages_accepted_total{way="smtp"} 1"#,
        #"mandate_messages_refused_total{code="no-route"} 1"#,
        #"mandate_attempts_total{route="send-as",transport="smtp",verdict="sent"} 1"#,
        #"mandate_mailbox_attempts_total{mailbox="dependencies@example.org",verdict="sent"} 1"#, "mandate_attempt_duration_seconds_sum 0.3",
        #"mandate_recipients_total{outcome="sent"} 2"#, #"mandate_recipients_total{outcome="refused"} 1"#,
        #"mandate_message_age_seconds_bucket{le="2.5"} 1"#, #"mandate_message_age_seconds_bucket{le="1"} 0"#,
        #"mandate_token_renewals_total{grant="contoso",outcome="renewed"} 1"#, "mandate_token_handed_out_total 1",
        #"mandate_decisions_total{outcome="decided"} 1"#, #"mandate_decision_duration_seconds_bucket{le="1e-05"} 1"#,
        #"mandate_http_requests_total{method="POST",route="/v1/messages",status="202"} 1"#,
        #"mandate_http_requests_total{method="POST",route="/v1/messages",status="422"} 1"#,
        #"mandate_http_request_duration_seconds_count{route="/v1/messages"} 2"#, "mandate_login_failures_total 1",
        #"mandate_build_info{version="1.0 \"test\""} 1"#, #"mandate_queue_messages{state="held"} 0"#, "mandate_queue_oldest_seconds 90",
        #"mandate_purpose_open{purpose="notification"} 0"#, #"mandate_purpose_open{purpose="administrator"} 1"#,
        #"mandate_tenant_external_recipients{tenant="contoso"} 1204"#, #"mandate_tenant_external_recipients_limit{tenant="contoso"} 22059"#,
        #"mandate_tenant_paused{tenant="contoso"} 0"#,
    ]) func eventIsALine(_ line: String) { #expect(day().contains("\n\(line)\n")) }

    @Test(arguments: [-1e300, -.infinity, .nan, -1]) func clockThatWasSetBackIsNoTimeAtAll(_ seconds: Double) {
        MandateMetrics(factory: registry, version: "1").messageDone(age: seconds)
        #expect(registry.render().contains("\nmandate_message_age_seconds_sum 0\nmandate_message_age_seconds_count 1\n"))
    }

    @Test func wordsOfSmallVocabulariesAreInTheirPlaces() {
        let metrics = MandateMetrics(factory: registry, version: "1")
        for (index, way) in MandateMetrics.Way.allCases.enumerated() {
            for _ in 0...index { metrics.messageAccepted(by: way) }
        }
        for (index, way) in MandateMetrics.Way.allCases.enumerated() {
            #expect(registry.render().contains("\nmandate_messages_accepted_total{way=\"\(way)\"} \(index + 1)\n"))
        }
    }

    /// Two services in one process.
    @Test func registriesDoNotMix() {
        let other = PrometheusRegistry(MandateMetrics.catalogue)
        MandateMetrics(factory: registry, version: "1").loginFailed()
        _ = MandateMetrics(factory: other, version: "1")
        #expect(other.render().contains("\nmandate_login_failures_total 0\n"))
    }

    private func day() -> String {
        let metrics = MandateMetrics(factory: registry, version: "1.0 \"test\"")
        metrics.messageAccepted(by: .smtp)
        metrics.messageRefused(code: "no-route")
        metrics.decided(.decided, seconds: 0.000_009)
        metrics.attempted(mailbox: "dependencies@example.org", route: "send-as", transport: "smtp", verdict: "sent", seconds: 0.3)
        metrics.recipientsSettled(.sent, 2)
        metrics.recipientsSettled(.refused)
        metrics.messageDone(age: 2)
        metrics.tokenRenewed(grant: "contoso", outcome: "renewed")
        metrics.tokenHandedOut()
        let requests = metrics.requests(of: "/v1/messages", method: "POST")
        requests.answered(202, seconds: 0.02)
        requests.answered(422, seconds: -1)
        metrics.loginFailed()
        return registry.render(
            adding: MandateMetrics.queue(messages: ["waiting": 3, "held": 0], oldest: 90)
                + MandateMetrics.purposes(areOpen: ["notification": false, "administrator": true])
                + MandateMetrics.tenant("contoso", used: 1204, limit: 22_059, isPaused: false))
    }
}
