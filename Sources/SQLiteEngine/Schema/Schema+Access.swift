/// Version 5: what a client may do beside sending, tokens that left our custody, requests that are repeated, and traffic by the hour.
extension Schema {
    static let accessV5 = """
        -- As in version 1, with a fourth way of being known. Nothing refers to it, so it can be made anew.
        CREATE TABLE clientV5 (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            keyDigest BLOB UNIQUE CHECK (length(keyDigest) = 32),
            network TEXT UNIQUE,
            uid INTEGER UNIQUE CHECK (uid BETWEEN 0 AND 4294967295),
            password TEXT,
            purposes TEXT NOT NULL,
            addresses TEXT NOT NULL,
            defaultPurpose TEXT CHECK (defaultPurpose IN ('notification', 'ad-hoc', 'administrator')),
            authorIfUnusable TEXT,
            noticeAddress TEXT,
            isEnabled INTEGER NOT NULL CHECK (isEnabled IN (0, 1)),
            defaultUser TEXT,
            roles TEXT NOT NULL,
            CHECK ((keyDigest IS NOT NULL) + (network IS NOT NULL) + (uid IS NOT NULL) + (password IS NOT NULL) = 1)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO clientV5 (
            id, name, keyDigest, network, uid, purposes, addresses, defaultPurpose, authorIfUnusable, noticeAddress, isEnabled, defaultUser, roles
        ) SELECT id, name, keyDigest, network, uid, purposes, addresses, defaultPurpose, authorIfUnusable, noticeAddress, isEnabled, defaultUser,
            '["sender"]' FROM client;
        DROP TABLE client;
        ALTER TABLE clientV5 RENAME TO client;

        -- Whose access tokens a client may have.
        CREATE TABLE tokenRight (
            client TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            mailbox TEXT REFERENCES mailbox (id),
            family TEXT REFERENCES family (id),
            coversWholeGrant INTEGER NOT NULL CHECK (coversWholeGrant IN (0, 1)),
            PRIMARY KEY (client, position),
            CHECK ((mailbox IS NOT NULL) + (family IS NOT NULL) = 1)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX tokenRightMailbox ON tokenRight (mailbox) WHERE mailbox IS NOT NULL;
        CREATE INDEX tokenRightFamily ON tokenRight (family) WHERE family IS NOT NULL;

        -- A request to send that may be repeated: the same key again gets the first answer. The digest is of all that was asked.
        CREATE TABLE repeatable (
            client TEXT NOT NULL,
            key TEXT NOT NULL,
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            message TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (client, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX repeatableAt ON repeatable (at);

        -- A token that a client was given for a decision. What it answered the client with is not known until the client reports it.
        CREATE TABLE handout (
            id TEXT NOT NULL PRIMARY KEY,
            client TEXT NOT NULL,
            at INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            login TEXT NOT NULL,
            provider TEXT NOT NULL,
            transport TEXT NOT NULL,
            author TEXT NOT NULL,
            purpose TEXT,
            addresses TEXT NOT NULL,
            reportedAt INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX handoutAt ON handout (at);

        -- What became of recipients, by the hour: charts never scan the journal.
        CREATE TABLE traffic (
            hour INTEGER NOT NULL,
            route TEXT NOT NULL,
            outcome TEXT NOT NULL CHECK (outcome IN ('sent', 'retry', 'refused')),
            recipients INTEGER NOT NULL,
            PRIMARY KEY (hour, route, outcome)
        ) STRICT, WITHOUT ROWID;
        """
}
