/// Version 8: pairs in doubt, grants that are not answered, what a client reported, and what a provider refused to one message.
extension Schema {
    static let doubtV8 = """
        -- nextProbe, needs, tries, nextTry: of a pair in doubt.
        CREATE TABLE standingV8 (
            login TEXT NOT NULL,
            addressKey TEXT NOT NULL,
            transport TEXT NOT NULL CHECK (transport IN ('smtp', 'graph', 'gmail')),
            address TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('none', 'declared', 'pending', 'proven', 'doubted', 'denied', 'rewritten')),
            at INTEGER,
            deniedAt INTEGER,
            text TEXT,
            probes INTEGER NOT NULL DEFAULT 0 CHECK (probes >= 0),
            nextProbe INTEGER,
            needs INTEGER CHECK (needs >= 1),
            tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
            nextTry INTEGER,
            revision INTEGER NOT NULL,
            PRIMARY KEY (login, addressKey, transport),
            CHECK ((state = 'doubted') = (needs IS NOT NULL) AND (needs IS NULL) = (nextProbe IS NULL))
        ) STRICT, WITHOUT ROWID;
        INSERT INTO standingV8 (login, addressKey, transport, address, state, at, deniedAt, text, probes, revision)
            SELECT login, addressKey, transport, address, state, at, deniedAt, text, probes, revision FROM standing;
        DROP TABLE standing;
        ALTER TABLE standingV8 RENAME TO standing;
        CREATE INDEX standingAddress ON standing (addressKey);
        CREATE INDEX standingRevision ON standing (revision);

        -- unanswered: of a grant.
        CREATE TABLE healthV8 (
            kind TEXT NOT NULL CHECK (kind IN ('mailbox', 'grant', 'application')),
            id TEXT NOT NULL,
            transport TEXT NOT NULL CHECK (transport IN ('', 'smtp', 'graph', 'gmail')),
            state TEXT NOT NULL
                CHECK (state IN ('none', 'stopped', 'broken', 'needs-consent', 'lost-in-crash', 'unanswered', 'suspended')),
            at INTEGER,
            reason TEXT,
            failures INTEGER,
            revision INTEGER NOT NULL,
            PRIMARY KEY (kind, id, transport),
            CHECK (transport = '' OR kind = 'mailbox')
        ) STRICT, WITHOUT ROWID;
        INSERT INTO healthV8 SELECT kind, id, transport, state, at, reason, failures, revision FROM health;
        DROP TABLE health;
        ALTER TABLE healthV8 RENAME TO health;
        CREATE INDEX healthRevision ON health (revision);

        -- What a client says that a provider answered it; it binds that client alone. transport: '' for all of the mailbox's; addressKey, address: '' where it
        -- concerns the mailbox rather than a pair. until: NULL says that it is over.
        CREATE TABLE report (
            client TEXT NOT NULL,
            login TEXT NOT NULL,
            transport TEXT NOT NULL CHECK (transport IN ('', 'smtp', 'graph', 'gmail')),
            addressKey TEXT NOT NULL,
            address TEXT NOT NULL,
            at INTEGER NOT NULL,
            until INTEGER,
            words TEXT NOT NULL,
            revision INTEGER NOT NULL,
            PRIMARY KEY (client, login, transport, addressKey),
            CHECK (addressKey = '' OR transport <> '')
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX reportRevision ON report (revision);

        -- Pairs that a provider has refused to it, as a list; NULL: none.
        ALTER TABLE message ADD COLUMN pairRefusals TEXT;
        """
}
