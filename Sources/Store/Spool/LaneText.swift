internal import Relay

/// A lane as the table `queue` has it: in one column, which the index of what is due has too. No id has a tab.
enum LaneText {
    static func write(_ lane: Account?) -> String { lane.map { "\($0.provider)\t\($0.login)" } ?? "" }

    static func read(_ text: String) throws -> Account? {
        guard !text.isEmpty else { return nil }
        let parts = text.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw StoreFailure.damaged("a lane cannot be read") }
        return Account(provider: ProviderID(trusted: String(parts[0])), login: String(parts[1]))
    }

    /// A damaged one is that of a row which is held as soon as it is read.
    static func known(_ text: String) -> Account? { try? read(text) }

    /// What every lane behind this one is at least as great as: no id or login has such a character.
    static func behind(_ lane: Account?) -> String { write(lane) + "\u{1}" }
}

/// Whose a message is within its lane, in an order that has what is urgent first.
enum ShareText {
    static func write(_ share: QueueShare) -> String { (share.isUrgent ? "0" : "1") + (share.client?.text ?? "") }

    static func read(_ text: String) -> QueueShare {
        let client = text.dropFirst()
        return QueueShare(isUrgent: text.hasPrefix("0"), client: client.isEmpty ? nil : ClientID(trusted: String(client)))
    }
}
