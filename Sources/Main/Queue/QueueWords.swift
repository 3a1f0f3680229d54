internal import FoundationEssentials
internal import Mail
internal import Relay

/// How queued messages are named and told of.
enum QueueWords {
    static func find(_ text: String, _ store: some Queue) async throws -> QueuedMessage {
        guard let id = SpoolID(text), let queued = try await store.show(id) else {
            throw CommandFailure.data("there is no message \"\(text)\"; `mandate queue list` shows what there is")
        }
        return queued
    }

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
