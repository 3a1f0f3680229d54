/// Whose messages take turns in a lane: administrator's mail goes first, and behind it each client has its turn, however much another one has waiting.
package struct QueueShare: Sendable, Hashable {
    package let isUrgent: Bool
    /// nil: the store's owner at the command line, and what is ours.
    package let client: ClientID?

    package init(isUrgent: Bool, client: ClientID?) {
        self.isUrgent = isUrgent
        self.client = client
    }
}

extension AcceptedMessage {
    package var share: QueueShare { QueueShare(isUrgent: purpose == .administrator, client: client) }
}

extension QueueShare: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        guard left.isUrgent == right.isUrgent else { return left.isUrgent }
        return (left.client?.text ?? "") < (right.client?.text ?? "")
    }
}
