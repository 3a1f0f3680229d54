/// Walks a strand of the journal link by link and says where it breaks. Pure: rows come in, in the order they stand.
package struct JournalProof: Sendable {
    package enum Break: Sendable, Hashable {
        /// Numbers count without gaps, so what is missing was removed.
        case missing(expected: Int64, found: Int64)
        case link(Int64)
        case personal(Int64)
        /// What listings go by, the order and the table that filters look in, does not agree with the entry.
        case misfiled(Int64)
        case unreadable(after: Int64, String)
        /// Its numbers are right, but no key of this store's made it.
        case keyless
        case empty
        /// What a checkpoint saw is no longer there, or is something else.
        case checkpoint(Int64)
        case cutOff(last: Int64, checkpoint: Int64)
    }

    package let strand: String
    private let chain: JournalChain
    private let checkpoint: Checkpoint.Mark?
    package private(set) var number: Int64 = 0
    package private(set) var mac = JournalChain.start
    package private(set) var erased = 0

    package init(strand: String, key: [UInt8], checkpoint: Checkpoint.Mark?) {
        self.strand = strand
        chain = JournalChain(key: key)
        self.checkpoint = checkpoint
    }

    /// The next entry; nil when it holds.
    package mutating func check(_ row: JournalRow) -> Break? {
        guard row.position.number == number + 1 else { return .missing(expected: number + 1, found: row.position.number) }
        number = row.position.number
        let wanted = chain.mac(of: row.entry, at: row.position, personalDigest: row.personalDigest, after: mac)
        guard wanted == row.mac else { return .link(number) }
        mac = row.mac
        if let salt = row.salt {
            guard JournalChain.personalDigest(row.entry.personal, salt: salt) == row.personalDigest else { return .personal(number) }
        } else {
            erased += 1
        }
        if let checkpoint, checkpoint.number == number, checkpoint.mac != mac { return .checkpoint(number) }
        return nil
    }

    /// Behind the last entry.
    package func finish() -> Break? {
        guard let checkpoint, checkpoint.number > number else { return nil }
        return .cutOff(last: number, checkpoint: checkpoint.number)
    }
}

extension JournalProof.Break {
    package func sentence(_ strand: String) -> String {
        switch self {
        case .missing(let expected, let found): "entry \(strand)/\(expected) is missing: the next one is \(found)"
        case .link(let number): "entry \(strand)/\(number) was changed, inserted, or something before it was removed"
        case .personal(let number): "the personal part of entry \(strand)/\(number) was changed"
        case .misfiled(let number): "entry \(strand)/\(number) was moved, or hidden from filters: do not trust a listing"
        case .unreadable(let number, let why): "what comes after entry \(strand)/\(number) cannot be read (\(why))"
        case .keyless: "the strand \(strand) has no key: it was inserted"
        case .empty: "there are no entries, though `mandate init` writes the first: they were removed"
        case .checkpoint(let number): "entry \(strand)/\(number) is not the one the checkpoint saw: the journal was replaced"
        case .cutOff(let last, let checkpoint):
            "the journal ends at \(strand)/\(last), but the checkpoint saw \(checkpoint): its end was removed"
        }
    }
}
