/// Finds what somebody may have meant.
package enum Closeness {
    /// Up to five of the names, the closest first; none that is more different than alike.
    package static func closest(to text: String, in names: some Sequence<String>) -> [String] {
        let wanted = Array(text.lowercased().unicodeScalars)
        guard !wanted.isEmpty, wanted.count <= 255 else { return [] }
        var found: [(distance: Int, name: String)] = []
        for name in names {
            let candidate = name.lowercased()
            let limit = max(2, wanted.count / 4)
            if let distance = distance(wanted, Array(candidate.unicodeScalars), limit: limit) {
                found.append((distance, name))
            } else if wanted.count >= 3, candidate.contains(text.lowercased()) {
                found.append((limit + 1, name))
            }
            if found.count > 64 { found = Array(found.sorted { $0 < $1 }.prefix(5)) }
        }
        return found.sorted { $0 < $1 }.prefix(5).map(\.name)
    }

    /// The one that was meant, if that is beyond much doubt: a wild guess is worse than none.
    package static func nearest(to word: String, in known: [String]) -> String? {
        let wanted = Array(word.lowercased().unicodeScalars)
        guard wanted.count <= 64 else { return nil }
        let found = known.compactMap { name in
            let limit = max(1, min(wanted.count, name.unicodeScalars.count) / 3)
            return distance(wanted, Array(name.lowercased().unicodeScalars), limit: limit).map { (distance: $0, name: name) }
        }
        return found.min { $0.distance < $1.distance }?.name
    }

    /// Insertions, deletions, replacements and swaps of neighbours from one to the other; nil if more than `limit`.
    static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar], limit: Int) -> Int? {
        guard abs(left.count - right.count) <= limit else { return nil }
        var before: [Int] = []
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var next = row
            next[0] = i + 1
            for (j, b) in right.enumerated() {
                next[j + 1] = min(row[j] + (a == b ? 0 : 1), next[j] + 1, row[j + 1] + 1)
                if i > 0, j > 0, a == right[j - 1], b == left[i - 1] { next[j + 1] = min(next[j + 1], before[j - 1] + 1) }
            }
            (before, row) = (row, next)
        }
        return row[right.count] <= limit ? row[right.count] : nil
    }
}
