internal import FoundationEssentials
internal import Mail
internal import Relay

/// How queued messages are told of.
enum QueueWords {
    /// An attempt from the journal; nil: another entry.
    static func attempt(_ entry: JournalEntry) -> String? { entry.passage.map { "\(entry.at.second) \($0)" } }

    static func fate(_ recipient: QueuedMessage.RecipientState) -> String {
        switch recipient.outcome {
        case nil: "\(recipient.recipient.address): waiting"
        case .sent(let reply)?: "\(recipient.recipient.address): sent (\(reply))"
        case .refused(let reply)?: "\(recipient.recipient.address): refused (\(reply))"
        }
    }
}
