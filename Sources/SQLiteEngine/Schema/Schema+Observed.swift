/// Tables of what is observed: conditions with a revision each, tokens, leases and the auditor's sums.
extension Schema {
    /// A condition that was lifted stays as a row with the state `none`, so that its revision can be seen by others.
    static let observedV1 = """
        CREATE TABLE standing (
            login TEXT NOT NULL,
            addressKey TEXT NOT NULL,
            transport TEXT NOT NULL CHECK (transport IN ('smtp', 'graph', 'gmail')),
            address TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('none', 'declared', 'pending', 'proven', 'denied', 'rewritten')),
            at INTEGER,
            deniedAt INTEGER,
            text TEXT,
            revision INTEGER NOT NULL,
            PRIMARY KEY (login, addressKey, transport)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX standingAddress ON standing (addressKey);
        CREATE INDEX standingRevision ON standing (revision);

        CREATE TABLE health (
            kind TEXT NOT NULL CHECK (kind IN ('mailbox', 'grant', 'application')),
            id TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('none', 'stopped', 'broken', 'needs-consent', 'lost-in-crash', 'suspended')),
            at INTEGER,
            reason TEXT,
            failures INTEGER,
            revision INTEGER NOT NULL,
            PRIMARY KEY (kind, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX healthRevision ON health (revision);

        CREATE TABLE sighting (
            addressKey TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('author', 'from')),
            address TEXT NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            count INTEGER NOT NULL CHECK (count >= 1),
            lastOutcome TEXT NOT NULL,
            PRIMARY KEY (addressKey, role)
        ) STRICT, WITHOUT ROWID;

        -- hour: milliseconds since 1970 at its beginning.
        CREATE TABLE usage (
            login TEXT NOT NULL,
            hour INTEGER NOT NULL,
            messages INTEGER NOT NULL,
            recipients INTEGER NOT NULL,
            PRIMARY KEY (login, hour)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX usageHour ON usage (hour);

        CREATE TABLE secret (
            kind TEXT NOT NULL,
            owner TEXT NOT NULL,
            keyID TEXT NOT NULL,
            sealed BLOB NOT NULL,
            PRIMARY KEY (kind, owner)
        ) STRICT, WITHOUT ROWID;

        -- name: the key in words, to which the sealed value is bound.
        CREATE TABLE token (
            name TEXT NOT NULL PRIMARY KEY,
            "grant" TEXT NOT NULL REFERENCES "grant" (id) ON DELETE CASCADE,
            keyID TEXT NOT NULL,
            sealed BLOB NOT NULL,
            obtained INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            edition INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX tokenGrant ON token ("grant");

        CREATE TABLE lease (
            name TEXT NOT NULL PRIMARY KEY,
            holder TEXT NOT NULL,
            until INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
