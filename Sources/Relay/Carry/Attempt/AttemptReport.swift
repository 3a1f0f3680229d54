internal import Mail
internal import struct FoundationEssentials.Date

/// What an attempt came to, before it is put into a settlement: the material of its journal line, which keeps codes. The words are for the queue.
struct AttemptReport: Sendable {
    let entry: SpoolEntry
    let edition: Edition
    let at: Date
    var decision: Decision?
    var envelopeSender: ReversePath?
    var delivery = Delivery.live
    /// Of those who were tried, in the envelope's order.
    var recipients: [Result] = []
    /// `sent`, `refused`, `retry`, `denied`, … or a refusal's code; no text that may quote an address.
    var outcome = ""
    var next = ""
    /// It was decided for recipients outside of a tenant that is paused.
    var isOutside = false
    /// Nobody was tried, because the message is too much for every way out.
    var fitsNowhere = false

    struct Result: Sendable {
        let index: Int
        let address: EmailAddress
        let diagnosis: Diagnosis
        let reply: String
        /// `550 5.1.1`; empty where no server has said anything.
        let code: String
        /// The server's answer in full; empty where the words are our own.
        let said: String
        /// RFC 3463, of a refusal.
        let status: String
        /// It was taken by a server that will say nothing of its delivery.
        var endsReports = false

        /// For the journal, so without the reply's text, which may quote an address.
        var words: String { code.isEmpty ? diagnosis.verdict.word : "\(diagnosis.verdict.word) \(code)" }
    }
}

extension ProviderReply {
    /// Code and enhanced code, without the text.
    package var codes: String { enhanced.isEmpty ? String(code) : "\(code) \(enhanced)" }

    /// RFC 3463: that it is permanent, where the server says no more.
    var status: String {
        enhanced.hasPrefix("5.") && enhanced.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) } ? enhanced : "5.0.0"
    }
}

extension TransmitFailure {
    /// The answer that ended the dialogue; nil where it was none.
    var reply: ProviderReply? {
        switch cause {
        case .reply(let reply), .tokenTooLong(let reply): reply
        case .timeout, .connectionClosed, .unreachable, .tls, .noTLS, .noMechanism, .notOffered, .notExpressible, .tooLarge, .ours,
            .protocolViolation:
            nil
        }
    }

    var codes: String { reply?.codes ?? "" }

    /// What it is in RFC 3463's words, where it is the last one.
    var status: String {
        switch cause {
        case .reply(let reply), .tokenTooLong(let reply): reply.status
        // RFC 6531 section 3.5; RFC 6152 section 3 with RFC 3463's X.6.3.
        case .notOffered("SMTPUTF8"): "5.6.7"
        case .notOffered("8BITMIME"): "5.6.3"
        // The only other extension that a message can need is SIZE.
        case .notOffered, .tooLarge: "5.3.4"
        case .timeout, .connectionClosed, .unreachable, .tls, .noTLS, .noMechanism, .notExpressible, .ours, .protocolViolation: "5.0.0"
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
