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

    /// Seconds after which a message that nobody has tried has a reason for it.
    private static let patience = 5.0

    /// Why it stands where it does. What is due and was never tried waits for its turn, and no attempt has said so.
    static func why(_ queued: QueuedMessage, at now: Date) -> String {
        guard queued.why.isEmpty, queued.state == .waiting, queued.attempts == 0,
            now.timeIntervalSince(queued.message.acceptedAt) > patience
        else { return queued.why }
        return "its turn has not come: the mailbox is at its provider's pace, or no service runs (`mandate doctor` says which)"
    }

    /// An attempt from the journal: which way it took, what came of it, and what stood in the way of a better one. nil: another entry.
    static func attempt(_ entry: JournalEntry) -> String? {
        guard entry.kind == .attempted else { return nil }
        func facts(_ name: String) -> [String] { entry.facts.filter { $0.name == name && !$0.value.isEmpty }.map(\.value) }
        let mailbox = entry.personal.first { $0.role == .mailbox }?.text
        let way = facts("route") + (mailbox.map { ["through \($0)"] } ?? []) + facts("transport").map { "over \($0)" }
        let outcome = [way.joined(separator: " "), facts("outcome").joined()].filter { !$0.isEmpty }.joined(separator: ": ")
        let better = facts("passed-over")
        return "\(entry.at.second) \(outcome)" + (better.isEmpty ? "" : "; passed over \(better.joined(separator: "; "))")
    }

    static func fate(_ recipient: QueuedMessage.RecipientState) -> String {
        switch recipient.outcome {
        case nil: "\(recipient.recipient.address): waiting"
        case .sent(let reply)?: "\(recipient.recipient.address): sent (\(reply))"
        case .refused(let reply)?: "\(recipient.recipient.address): refused (\(reply))"
        }
    }
}
