/// Everything that Mandate counts. Names do not change: dashboards and alarms hold on to them.
extension MandateMetrics {
    package static let catalogue = MetricCatalogue([
        .messagesAccepted, .messagesRefused, .attempts, .recipients, .mailboxAttempts, .attemptDuration, .messageAge,
        .queueMessages, .queueOldest, .purposeOpen, .tenantRecipients, .tenantLimit, .tenantPaused, .tokenRenewals, .tokenHandedOut,
        .decisions, .decisionDuration,
        .httpRequests, .httpRequestDuration, .loginFailures, .buildInfo,
    ])
}

/// The passage of a message.
extension Metric {
    static let messagesAccepted = counter(
        "mandate_messages_accepted_total", "Messages taken over, by the way they came in.", labels: ["way"])

    static let messagesRefused = counter(
        "mandate_messages_refused_total", "Messages not taken over, by the code of the refusal.", labels: ["code"])

    static let attempts = counter(
        "mandate_attempts_total", "Attempts to transmit a message, by what became of them.", labels: ["route", "transport", "verdict"])

    static let recipients = counter(
        "mandate_recipients_total", "Recipients who had their last word from the provider.", labels: ["outcome"])

    /// The address is no secret to whoever may scrape, and it is what an administrator looks for.
    static let mailboxAttempts = counter(
        "mandate_mailbox_attempts_total", "Attempts to transmit a message, by the mailbox that it was to leave through.",
        labels: [.open("mailbox"), "verdict"])

    /// From what a server in the same room takes to the minutes that RFC 5321 section 4.5.3.2 grants it.
    static let attemptDuration = histogram(
        "mandate_attempt_duration_seconds", "How long an attempt took, from the first connection to the last reply.",
        buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300])

    /// Seconds where all is well, minutes and hours where a provider asks for patience, five days where mail is given up.
    static let messageAge = histogram(
        "mandate_message_age_seconds", "How old a message was when its last recipient was settled.",
        buckets: [0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 43_200, 86_400, 259_200, 432_000])

    static let queueMessages = gauge("mandate_queue_messages", "Messages in the spool, by state.", labels: ["state"])

    static let queueOldest = gauge(
        "mandate_queue_oldest_seconds", "How long ago the oldest message that still waits was accepted; 0 when none does.", unit: .seconds)
}

extension Metric {
    /// Only of purposes for which a setting says whose their mail is.
    static let purposeOpen = gauge(
        "mandate_purpose_open", "Whether mail of that purpose would leave now: 1, or 0 where it waits or is refused.", labels: ["purpose"])
}

/// What a tenant may write to people outside of it within a day.
extension Metric {
    static let tenantRecipients = gauge(
        "mandate_tenant_external_recipients", "Recipients outside that mail of the tenant reached in the last 24 hours.",
        labels: [.open("tenant")])

    static let tenantLimit = gauge(
        "mandate_tenant_external_recipients_limit", "How many it may reach; of a tenant whose licences nobody has recorded it is missing.",
        labels: [.open("tenant")])

    static let tenantPaused = gauge(
        "mandate_tenant_paused", "Whether mail of the tenant to the outside waits for its provider's limit: 1, or 0.",
        labels: [.open("tenant")])
}

/// What a message needs on its way, and who asks.
extension Metric {
    static let tokenRenewals = counter(
        "mandate_token_renewals_total", "Access tokens asked for at a provider, by what came of it.", labels: [.open("grant"), "outcome"])

    static let tokenHandedOut = counter("mandate_token_handed_out_total", "Access tokens given to clients that send by themselves.")

    static let decisions = counter("mandate_decisions_total", "Questions for a route that were answered.", labels: ["outcome"])

    /// A decision reads memory and nothing else: what takes longer than some milliseconds is a fault of ours.
    static let decisionDuration = histogram(
        "mandate_decision_duration_seconds", "How long a decision took.",
        buckets: [0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1])

    static let httpRequests = counter(
        "mandate_http_requests_total", "HTTP requests that were answered.", labels: [.open("route"), "method", "status"])

    static let httpRequestDuration = histogram(
        "mandate_http_request_duration_seconds", "How long a request waited for its answer.", labels: [.open("route")])

    static let loginFailures = counter("mandate_login_failures_total", "Names or keys that did not open the door, over all ways in.")

    static let buildInfo = gauge("mandate_build_info", "Always 1; its labels say which build this is.", labels: ["version"])
}
