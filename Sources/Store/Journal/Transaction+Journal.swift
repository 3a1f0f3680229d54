internal import Foundation
internal import Relay

/// Appends to the journal inside whatever transaction the change itself is in.
extension Transaction {
    /// Refusals of the same client, author and code within this time are one entry with a count (design section 11).
    private static let refusalWindow: Int64 = 3_600_000

    /// What is only known inside the transaction. What was known before is better brought as lines.
    func append(_ entries: [JournalEntry]) throws {
        guard !entries.isEmpty else { return }
        guard let pen else { throw JournalPen.missing }
        try append(pen.lines(entries))
    }

    /// They are written with the commit: many at once, behind whatever else it has, so that nobody else waits for the end of the chain meanwhile.
    func append(_ lines: [JournalLine]) throws {
        guard !lines.isEmpty else { return }
        if pen == nil { throw JournalPen.missing }
        self.lines += lines
    }

    func writeLines() throws {
        guard !lines.isEmpty else { return }
        guard let pen else { throw JournalPen.missing }
        var waiting: [Values] = []
        for line in lines {
            let entry = line.entry
            if let signature = line.signature {
                // It may be the same as one before it.
                try write(&waiting)
                if try count(signature, at: entry.at.milliseconds) { continue }
            }
            let previous = try currentHead()
            let number = previous.number + 1
            let position = JournalPosition(strand: JournalPen.strand, number: number)
            let mac = pen.chain.mac(of: entry, at: position, personalDigest: line.digest, after: previous.mac)
            waiting.append([
                number, entry.at.milliseconds, entry.kind.rawValue, entry.message?.text, line.facts, line.digest,
                mac, line.salt, line.parts,
            ])
            head = JournalHead(number: number, mac: mac)
            if let signature = line.signature {
                try write(&waiting)
                try run(
                    "INSERT INTO journalCount (entry, signature, at, count) VALUES (?, ?, ?, 1)",
                    [number, signature, entry.at.milliseconds])
            }
        }
        try write(&waiting)
        lines = []
    }

    private func write(_ rows: inout [Values]) throws {
        try put(rows, with: Self.entry)
        rows = []
    }

    private static let entry = ManyRows(
        "INSERT INTO journal (number, at, kind, message, facts, personalDigest, mac, salt, parts)", columns: 9)

    /// True when the refusal was counted with an earlier one. A clock that was set back does not reach into the future.
    private func count(_ signature: [UInt8], at now: Int64) throws -> Bool {
        let found = try first(
            "SELECT entry FROM journalCount WHERE signature = ? AND at > ? AND at <= ? ORDER BY at DESC LIMIT 1",
            [signature, now - Self.refusalWindow, now]
        ) { try $0.integer() }
        guard let found else { return false }
        try run("UPDATE journalCount SET count = count + 1 WHERE entry = ?", [found])
        return true
    }

    private func currentHead() throws -> JournalHead {
        if let head { return head }
        return try takeBearings().head
    }

    /// To be answered when it is needed: whatever is asked next goes to the database with it.
    func askBearings() throws {
        guard bearings == nil, head == nil else { return }
        if let lock = dialect.lockJournal { try run(lock) }
        bearings = try ask(
            """
            SELECT m.edition, m.revision, j.number, j.mac FROM meta m
                LEFT JOIN (SELECT number, mac FROM journal ORDER BY number DESC LIMIT 1) j ON true
            """)
    }

    /// Where the store stands: read inside the transaction, since others may have written since ours did, and behind the journal's lock, so that nobody moves it on
    /// until the commit.
    @discardableResult
    func takeBearings() throws -> (head: JournalHead, moment: StoreMoment) {
        try askBearings()
        let found = try bearings?.first { columns in
            let moment = StoreMoment(edition: Edition(try columns.integer()), revision: try columns.integer())
            let number = try columns.optionalInteger()
            let mac = try columns.optionalBytes()
            return (JournalHead(number: number ?? 0, mac: mac ?? JournalChain.start), moment)
        }
        bearings = nil
        guard let (head, moment) = found else { throw StoreFailure.damaged("the store's own row is missing") }
        self.head = head
        stands(at: moment)
        return (head, moment)
    }
}
