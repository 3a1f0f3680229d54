internal import Relay
internal import Monitoring

/// What the relay does, in the numbers that a monitor asks for.
extension MandateMetrics {
    func count(_ settlement: Settlement, seconds: Double, age: Double) {
        if let tried = settlement.tried {
            attempted(
                mailbox: tried.login, route: tried.route.rawValue, transport: tried.transport.rawValue, verdict: tried.verdict,
                seconds: seconds)
        }
        for traffic in settlement.traffic {
            switch traffic.outcome {
            case .sent: recipientsSettled(.sent, traffic.recipients)
            case .refused: recipientsSettled(.refused, traffic.recipients)
            case .retry: break
            }
        }
        if case .done = settlement.state { messageDone(age: age) }
    }
}

extension RelayService {
    /// A message has come in.
    func accepted(by way: MandateMetrics.Way) { metrics.messageAccepted(by: way) }
}

extension TokenFailure {
    /// OAuth2's own distinction, without a word that a provider wrote.
    var metric: String {
        switch self {
        case .temporary: "temporary"
        case .grant: "needs-consent"
        case .mailbox: "mailbox-refused"
        case .application: "application-refused"
        case .missing: "missing"
        }
    }
}
