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

    func append(_ lines: [JournalLine]) throws {
        guard !lines.isEmpty else { return }
        guard let pen else { throw JournalPen.missing }
        for line in lines { try append(line, with: pen) }
    }

    private func append(_ line: JournalLine, with pen: JournalPen) throws {
        let entry = line.entry
        if let signature = line.signature, try count(signature, at: entry.at.milliseconds) { return }
        let previous = try currentHead()
        let number = previous.number + 1
        let position = JournalPosition(strand: JournalPen.strand, number: number)
        let mac = pen.chain.mac(of: entry, at: position, personalDigest: line.digest, after: previous.mac)
        try run(
            """
            INSERT INTO journal (number, at, kind, message, facts, personalDigest, mac, salt, parts)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                number, entry.at.milliseconds, entry.kind.rawValue, entry.message?.text, line.facts, line.digest,
                mac, line.salt, line.parts,
            ])
        head = JournalHead(number: number, mac: mac)
        if let signature = line.signature {
            try run(
                "INSERT INTO journalCount (entry, signature, at, count) VALUES (?, ?, ?, 1)",
                [number, signature, entry.at.milliseconds])
        }
    }

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

    /// Read inside the transaction, since another process may have appended since ours did.
    private func currentHead() throws -> JournalHead {
        if let head { return head }
        if let lock = dialect.lockJournal { try run(lock) }
        let found = try first("SELECT number, mac FROM journal ORDER BY number DESC LIMIT 1") {
            JournalHead(number: try $0.integer(), mac: try $0.bytes())
        }
        return found ?? JournalHead(number: 0, mac: JournalChain.start)
    }
}
