/// Proves that the journal is whole, or finds where it is not.
package protocol JournalVerifier: Sendable {
    func report() async throws -> ChainReport
}

/// What a walk along the journal's chain found.
package struct ChainReport: Sendable, Hashable {
    package let entries: Int
    /// The first entry that is not what it was; nil: the chain is whole.
    package let broken: String?
    package let words: String

    package init(entries: Int, broken: String?, words: String) {
        self.entries = entries
        self.broken = broken
        self.words = words
    }
}

extension JournalWalk: JournalVerifier {
    package func report() async throws -> ChainReport {
        do {
            var entries = 0
            for strand in try await strands() { entries += Int(try await prove(strand).number) }
            return ChainReport(entries: entries, broken: nil, words: "whole: \(entries) entries, each as it was written")
        } catch let broken as Broken { return ChainReport(entries: 0, broken: "\(broken)", words: "broken: \(broken)") }
    }
}
