internal import GRDB
internal import Relay

/// Appends to the journal inside whatever transaction the change itself is in.
extension Transaction {
    /// Refusals of the same client, author and code within this time are one entry with a count (design section 11).
    private static let refusalWindow: Int64 = 3_600_000

    func append(_ entries: [JournalEntry]) throws {
        guard !entries.isEmpty else { return }
        guard let pen else {
            throw StoreFailure.unavailable("the journal cannot be written without its key: open the store with its vault")
        }
        for entry in entries { try append(entry, with: pen) }
    }

    private func append(_ entry: JournalEntry, with pen: JournalPen) throws {
        let signature = pen.signature(of: entry)
        if let signature, try count(signature, at: entry.at.milliseconds) { return }
        let previous = try currentHead()
        let number = previous.number + 1
        let salt = pen.salt()
        let digest = JournalChain.personalDigest(entry.personal, salt: salt)
        let position = JournalPosition(strand: JournalPen.strand, number: number)
        let mac = pen.chain.mac(of: entry, at: position, personalDigest: digest, after: previous.mac)
        try run(
            """
            INSERT INTO journal (strand, number, at, kind, message, facts, personalDigest, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                position.strand, number, entry.at.milliseconds, entry.kind.rawValue, entry.message?.text,
                try ListText.write(entry.facts.map { [$0.name, $0.value] }), digest.data, mac.data,
            ])
        head = JournalHead(number: number, mac: mac)
        let sequence = lastNumber
        try keepPersonal(entry.personal, salt: salt, of: sequence)
        if let signature {
            try run(
                "INSERT INTO journalCount (entry, signature, at, count) VALUES (?, ?, ?, 1)",
                [sequence, signature.data, entry.at.milliseconds])
        }
    }

    private func keepPersonal(_ parts: [JournalEntry.Personal], salt: [UInt8], of sequence: Int64) throws {
        try run(
            "INSERT INTO journalPersonal (entry, salt, parts) VALUES (?, ?, ?)",
            [sequence, salt.data, try ListText.write(parts.map { [$0.role.rawValue, $0.text] })])
        for part in parts {
            try run(
                "INSERT OR IGNORE INTO journalRole (role, text, entry) VALUES (?, ?, ?)",
                [part.role.rawValue, JournalText.normal(part.text), sequence])
        }
    }

    /// True when the refusal was counted with an earlier one. A clock that was set back does not reach into the future.
    private func count(_ signature: [UInt8], at now: Int64) throws -> Bool {
        let found = try first(
            "SELECT entry FROM journalCount WHERE signature = ? AND at > ? AND at <= ? ORDER BY at DESC LIMIT 1",
            [signature.data, now - Self.refusalWindow, now]
        ) { try $0.integer() }
        guard let found else { return false }
        try run("UPDATE journalCount SET count = count + 1 WHERE entry = ?", [found])
        return true
    }

    /// Read inside the transaction, since another process may have appended since ours did.
    private func currentHead() throws -> JournalHead {
        if let head { return head }
        let found = try first("SELECT number, mac FROM journal WHERE strand = ? ORDER BY number DESC LIMIT 1", [JournalPen.strand]) {
            JournalHead(number: try $0.integer(), mac: try $0.bytes())
        }
        return found ?? JournalHead(number: 0, mac: JournalChain.start)
    }
}
