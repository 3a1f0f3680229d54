internal import Relay

/// A lane as the table `message` has it: in one column, which the index of what is due has too. No id has a tab.
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

    /// What may be claimed, by lanes as they stand there.
    struct Rooms {
        private let known: [String: Int]
        private let other: Int

        init(_ rooms: LaneRooms) {
            known = Dictionary(uniqueKeysWithValues: rooms.known.map { (write($0.key), $0.value) })
            other = rooms.other
        }

        var full: [String] { known.filter { $0.value <= 0 }.map(\.key) }

        func room(in lane: String) -> Int { known[lane] ?? other }
    }
}
