/// Version 12: of the journal only the entries themselves are written with a message; whatever they are looked for by is filed behind it.
extension Schema {
    static let filedV12 = """
        -- The one strand of a store in a file; number: its place in it. salt, parts: what may be erased without breaking the chain.
        CREATE TABLE journalV12 (
            number INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            message TEXT,
            facts TEXT NOT NULL,
            personalDigest BLOB NOT NULL CHECK (length(personalDigest) = 32),
            mac BLOB NOT NULL CHECK (length(mac) = 32),
            salt BLOB,
            parts TEXT
        ) STRICT;
        INSERT INTO journalV12 SELECT number, at, kind, message, facts, personalDigest, mac, salt, parts FROM journal ORDER BY number;
        UPDATE meta SET filedThrough = ifnull((SELECT number FROM journal WHERE sequence = filedThrough), 0);
        CREATE TABLE journalCountV12 (
            entry INTEGER PRIMARY KEY REFERENCES journalV12 (number),
            signature BLOB NOT NULL,
            at INTEGER NOT NULL,
            count INTEGER NOT NULL CHECK (count >= 1)
        ) STRICT;
        INSERT INTO journalCountV12 SELECT j.number, c.signature, c.at, c.count FROM journalCount c JOIN journal j ON j.sequence = c.entry;
        DROP TABLE journalCount;
        DROP TABLE journal;
        ALTER TABLE journalV12 RENAME TO journal;
        ALTER TABLE journalCountV12 RENAME TO journalCount;
        CREATE INDEX journalCountSignature ON journalCount (signature, at);

        -- A message is filed like a person.
        INSERT OR IGNORE INTO journalRole (role, text, entry)
            SELECT 'message', message, number FROM journal WHERE message IS NOT NULL AND number <= (SELECT filedThrough FROM meta) ORDER BY message, number;

        -- Between which times the entries were written that end with this one and begin behind the window before. Clocks are set back, so these may overlap.
        CREATE TABLE journalWindow (
            last INTEGER PRIMARY KEY,
            earliest INTEGER NOT NULL,
            latest INTEGER NOT NULL
        ) STRICT;
        INSERT INTO journalWindow SELECT max(number), min(at), max(at) FROM journal WHERE number <= (SELECT filedThrough FROM meta) GROUP BY number / 5000;
        """
}
