internal import Mail
internal import struct FoundationEssentials.Date

/// What an attempt came to, before it is put into a settlement: the material of its journal line, which keeps codes. The words are for the queue.
struct AttemptReport: Sendable {
    let entry: SpoolEntry
    let edition: Edition
    let at: Date
    var decision: Decision?
    var envelopeSender: ReversePath?
    /// Of those who were tried, in the envelope's order.
    var recipients: [Result] = []
    /// `sent`, `refused`, `retry`, `denied`, … or a refusal's code; no text that may quote an address.
    var outcome = ""
    var next = ""

    struct Result: Sendable {
        let index: Int
        let address: EmailAddress
        let diagnosis: Diagnosis
        let reply: String
        /// `550 5.1.1`; empty where no server has said anything.
        let code: String
        /// It was taken by a server that will say nothing of its delivery.
        var endsReports = false

        /// For the journal, so without the reply's text, which may quote an address.
        var words: String { code.isEmpty ? diagnosis.verdict.word : "\(diagnosis.verdict.word) \(code)" }
    }
}

extension ProviderReply {
    /// Code and enhanced code, without the text.
    package var codes: String { enhanced.isEmpty ? String(code) : "\(code) \(enhanced)" }
}

extension TransmitFailure {
    /// Of the reply that ended the dialogue; empty where it was none.
    var codes: String {
        switch cause {
        case .reply(let reply), .tokenTooLong(let reply): reply.codes
        case .timeout, .connectionClosed, .unreachable, .tls, .noTLS, .noMechanism, .notOffered, .notExpressible, .tooLarge, .ours,
            .protocolViolation:
            ""
        }
    }
}

extension TokenFailure {
    /// What the journal keeps of it: OAuth2's own words at most.
    var word: String {
        switch self {
        case .temporary: "no token for now"
        case .grant(let error, _): error.hasPrefix(TokenFailure.program) ? "program failed" : "needs consent: \(error)"
        case .mailbox(let error, _): "mailbox refused: \(error)"
        case .application(let error, _): "application refused: \(error)"
        case .missing: "no token"
        }
    }
}

extension Verdict {
    /// Of several recipients' verdicts, the heaviest says what comes next; among equals, the longest wait.
    package var weight: (Int, Double) {
        switch self {
        case .sent: (0, 0)
        case .refused: (1, 0)
        case .retry(let notBefore): (2, notBefore ?? 0)
        case .tokenRejected: (3, 0)
        case .transportStopped(let seconds): (4, seconds)
        case .mailboxStopped(let seconds): (5, seconds)
        case .denied: (6, 0)
        }
    }

    /// As the journal calls it.
    package var word: String {
        switch self {
        case .sent: "sent"
        case .retry: "retry"
        case .refused: "refused"
        case .denied: "denied"
        case .tokenRejected: "token rejected"
        case .transportStopped: "transport stopped"
        case .mailboxStopped: "mailbox stopped"
        }
    }
}
