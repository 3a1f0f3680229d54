internal import Mail
internal import struct FoundationEssentials.Date

/// What an attempt came to, before it is put into a settlement: the material of its journal line.
struct AttemptReport: Sendable {
    let entry: SpoolEntry
    let edition: Edition
    let at: Date
    var decision: Decision?
    var envelopeSender: ReversePath?
    /// Of those who were tried, in the envelope's order.
    var recipients: [Result] = []
    /// `sent`, `refused`, `retry`, `denied`, … with the cause.
    var outcome = ""
    var next = ""

    struct Result: Sendable {
        let index: Int
        let address: EmailAddress
        let diagnosis: Diagnosis
        let reply: String

        var words: String { diagnosis.verdict == .sent ? reply : "\(diagnosis.verdict.word), \(reply)" }
    }
}

extension Verdict {
    /// As the journal calls it.
    var word: String {
        switch self {
        case .sent: "sent"
        case .retry: "retry"
        case .refused: "refused"
        case .denied: "denied"
        case .tokenRejected: "token rejected"
        case .mailboxStopped: "mailbox stopped"
        }
    }
}
