internal import Logging
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
    /// A message has come in: it is counted, and may leave at once.
    func accepted(by way: MandateMetrics.Way) {
        metrics.messageAccepted(by: way)
        runner.wake()
    }
}

extension Settlement {
    /// One line for each attempt: what was tried, and what becomes of the message. Who wrote and who gets it is for the journal.
    func note(in log: Logger, seconds: Double) {
        // A limit lets thousands wait, again and again; that there is no route is said once.
        guard !isPostponed || !journal.isEmpty else { return }
        var facts: Logger.Metadata = ["message": "\(claim.message)", "milliseconds": "\(Int(seconds * 1000))"]
        if let tried {
            facts["mailbox"] = "\(tried.login)"
            facts["route"] = "\(tried.route.rawValue)"
            facts["transport"] = "\(tried.transport.rawValue)"
            facts["verdict"] = "\(tried.verdict)"
        }
        let (level, words): (Logger.Level, String) =
            switch state {
            case .done: (.info, "sent")
            case .waiting(_, let why): (.notice, "waits: \(why)")
            case .held(let why): (.notice, "held: \(why)")
            case .failed(let why): (.warning, "given up: \(why)")
            }
        log.log(level: level, "\(words)", metadata: facts)
    }
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
