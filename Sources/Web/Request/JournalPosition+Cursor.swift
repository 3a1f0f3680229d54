package import Relay

extension JournalPosition {
    package var cursor: String { "\(number)@\(strand)" }

    package init?(cursor: String) {
        let parts = cursor.split(separator: "@", maxSplits: 1)
        guard parts.count == 2, let number = Int64(parts[0]) else { return nil }
        self.init(strand: String(parts[1]), number: number)
    }
}
