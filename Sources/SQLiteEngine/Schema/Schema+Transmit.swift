/// Version 3: breakers for one transport alone, probes of standings, lanes of the queue, notices.
extension Schema {
    static let transmitV3 = """
        -- transport: '' for all of a mailbox's.
        CREATE TABLE healthV3 (
            kind TEXT NOT NULL CHECK (kind IN ('mailbox', 'grant', 'application')),
            id TEXT NOT NULL,
            transport TEXT NOT NULL CHECK (transport IN ('', 'smtp', 'graph', 'gmail')),
            state TEXT NOT NULL CHECK (state IN ('none', 'stopped', 'broken', 'needs-consent', 'lost-in-crash', 'suspended')),
            at INTEGER,
            reason TEXT,
            failures INTEGER,
            revision INTEGER NOT NULL,
            PRIMARY KEY (kind, id, transport),
            CHECK (transport = '' OR kind = 'mailbox')
        ) STRICT, WITHOUT ROWID;
        INSERT INTO healthV3 SELECT kind, id, '', state, at, reason, failures, revision FROM health;
        DROP TABLE health;
        ALTER TABLE healthV3 RENAME TO health;
        CREATE INDEX healthRevision ON health (revision);

        -- How often a pending right was tried since it was refused.
        ALTER TABLE standing ADD COLUMN probes INTEGER NOT NULL DEFAULT 0 CHECK (probes >= 0);

        -- The login that is likely to carry it, so that one with much mail does not keep others from being claimed; '' is not known yet.
        ALTER TABLE message ADD COLUMN lane TEXT NOT NULL DEFAULT '';
        DROP INDEX messageDue;
        CREATE INDEX messageDue ON message (due, number, lane, state) WHERE due IS NOT NULL;
        """
}
