/// What becomes of each line of an imported file: the difference between what it says and what there is.
package struct ImportReport: Sendable {
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        case new, changed, same
        /// Understood, and not taken; `why` says why.
        case skipped
        /// Not what such a file says: nothing of the file is taken.
        case wrong
        /// Beside what was taken, something to know.
        case noted
    }

    package struct Line: Sendable, Hashable {
        /// From 1; nil: the file as a whole.
        package let line: Int?
        package let kind: EntityKind?
        package let thing: String
        package let outcome: Outcome
        package let why: String

        package init(_ line: Int?, _ kind: EntityKind?, _ thing: String, _ outcome: Outcome, _ why: String = "") {
            self.line = line
            self.kind = kind
            self.thing = thing
            self.outcome = outcome
            self.why = why
        }
    }

    package private(set) var counts: [Outcome: Int] = [:]
    /// As many as were asked for, in the order of the file.
    package private(set) var lines: [Line] = []
    private let most: Int

    /// `most`: lines to keep; all are counted.
    package init(most: Int = .max) { self.most = most }

    package mutating func add(_ line: Line) {
        counts[line.outcome, default: 0] += 1
        if lines.count < most { lines.append(line) }
    }

    package func count(_ outcome: Outcome) -> Int { counts[outcome] ?? 0 }

    package var differences: Int { count(.new) + count(.changed) }
    /// How many lines are not among `lines`.
    package var leftOut: Int { counts.values.reduce(0, +) - lines.count }

    package var words: String {
        let said = Outcome.allCases.compactMap { outcome in counts[outcome].map { "\($0) \(outcome.rawValue)" } }
        return said.isEmpty ? "nothing stands in it" : said.joined(separator: ", ")
    }

    mutating func sort() {
        lines = lines.enumerated().sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }.map(\.element)
    }
}

/// Why a file cannot be read at all, and where in it.
package struct ImportFault: Error, Sendable, Hashable, CustomStringConvertible {
    package let line: Int?
    package let sentence: String

    package init(line: Int? = nil, _ sentence: String) {
        self.line = line
        self.sentence = sentence
    }

    package var description: String { (line.map { "line \($0): " } ?? "") + sentence }
}
