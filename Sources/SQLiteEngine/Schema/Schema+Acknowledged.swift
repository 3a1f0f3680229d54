/// Version 14: what became of an address's mail is counted, too; findings of the audit may be acknowledged.
extension Schema {
    static let acknowledgedV14 = """
        CREATE TABLE sightingV14 (
            addressKey TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('author', 'from', 'reply-to', 'refused')),
            address TEXT NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            count INTEGER NOT NULL CHECK (count >= 1),
            lastOutcome TEXT NOT NULL,
            PRIMARY KEY (addressKey, role)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO sightingV14 SELECT addressKey, role, address, first, last, count, lastOutcome FROM sighting;
        DROP TABLE sighting;
        ALTER TABLE sightingV14 RENAME TO sighting;

        -- until: NULL where it was withdrawn; the row stays, so that its revision can be seen by others.
        CREATE TABLE acknowledgement (
            finding TEXT NOT NULL PRIMARY KEY,
            at INTEGER NOT NULL,
            until INTEGER,
            person TEXT NOT NULL,
            reason TEXT NOT NULL,
            revision INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX acknowledgementRevision ON acknowledgement (revision);
        """
}
