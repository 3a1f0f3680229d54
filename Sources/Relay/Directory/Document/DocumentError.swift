/// What is wrong with a directory file, and where: `delegations[2].covers: an address needs an @ …`.
package struct DocumentError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Keys and indexes, counted from 0; empty for the document itself.
    package let path: String
    package let problem: String
    /// What to do; empty where the problem says it.
    package let fix: String
    let code: AdministrationRefusal.Code

    init(_ path: String, _ problem: String, fix: String = "", _ code: AdministrationRefusal.Code = .invalid) {
        self.path = path
        self.problem = problem
        self.fix = fix
        self.code = code
    }

    package var description: String { (path.isEmpty ? problem : "\(path): \(problem)") + (fix.isEmpty ? "" : "; \(fix)") }
}

/// Finds the word that was meant.
package enum NearestWord {
    /// The known word with the fewest edits to `word`, if that is few for its length: a wild guess is worse than none.
    package static func nearest(to word: String, in known: [String]) -> String? {
        let wanted = Array(word.lowercased().unicodeScalars)
        guard wanted.count <= 64 else { return nil }
        let best = known.map { (word: $0, edits: edits(wanted, Array($0.lowercased().unicodeScalars))) }.min { $0.edits < $1.edits }
        guard let best, best.edits <= max(1, min(wanted.count, best.word.count) / 3) else { return nil }
        return best.word
    }

    /// Levenshtein's distance, one row at a time.
    private static func edits(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let change = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(change, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[right.count]
    }
}
