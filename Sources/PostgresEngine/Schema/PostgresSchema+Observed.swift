/// Tables of what is observed: conditions, tokens, leases and sums. The same as SQLite's, column by column.
extension PostgresSchema {
    static let observedV1 = """
        CREATE TABLE standing (
            provider TEXT NOT NULL,
            login TEXT NOT NULL,
            addressKey TEXT NOT NULL,
            transport TEXT NOT NULL CHECK (transport IN ('smtp', 'graph', 'gmail')),
            address TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('none', 'declared', 'pending', 'proven', 'doubted', 'denied', 'rewritten')),
            at BIGINT,
            deniedAt BIGINT,
            text TEXT,
            probes BIGINT NOT NULL DEFAULT 0 CHECK (probes >= 0),
            nextProbe BIGINT,
            needs BIGINT CHECK (needs >= 1),
            tries BIGINT NOT NULL DEFAULT 0 CHECK (tries >= 0),
            nextTry BIGINT,
            revision BIGINT NOT NULL,
            PRIMARY KEY (login, provider, addressKey, transport),
            CHECK ((state = 'doubted') = (needs IS NOT NULL) AND (needs IS NULL) = (nextProbe IS NULL))
        );
        CREATE INDEX standingAddress ON standing (addressKey);
        CREATE INDEX standingRevision ON standing (revision);
        CREATE TABLE health (
            kind TEXT NOT NULL CHECK (kind IN ('mailbox', 'grant', 'application')),
            id TEXT NOT NULL,
            provider TEXT NOT NULL,
            transport TEXT NOT NULL CHECK (transport IN ('', 'smtp', 'graph', 'gmail')),
            state TEXT NOT NULL CHECK (state IN ('none', 'stopped', 'broken', 'needs-consent', 'lost-in-crash', 'unanswered', 'suspended')),
            at BIGINT,
            reason TEXT,
            failures BIGINT,
            revision BIGINT NOT NULL,
            PRIMARY KEY (kind, id, provider, transport),
            CHECK (transport = '' OR kind = 'mailbox'),
            CHECK ((provider = '') = (kind <> 'mailbox'))
        );
        CREATE INDEX healthRevision ON health (revision);
        CREATE TABLE report (
            client TEXT NOT NULL,
            provider TEXT NOT NULL,
            login TEXT NOT NULL,
            transport TEXT NOT NULL CHECK (transport IN ('', 'smtp', 'graph', 'gmail')),
            addressKey TEXT NOT NULL,
            address TEXT NOT NULL,
            at BIGINT NOT NULL,
            until BIGINT,
            words TEXT NOT NULL,
            revision BIGINT NOT NULL,
            PRIMARY KEY (client, login, provider, transport, addressKey),
            CHECK (addressKey = '' OR transport <> '')
        );
        CREATE INDEX reportRevision ON report (revision);
        CREATE TABLE sighting (
            addressKey TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('author', 'from')),
            address TEXT NOT NULL,
            first BIGINT NOT NULL,
            last BIGINT NOT NULL,
            count BIGINT NOT NULL CHECK (count >= 1),
            lastOutcome TEXT NOT NULL,
            PRIMARY KEY (addressKey, role)
        );
        CREATE TABLE usage (
            provider TEXT NOT NULL,
            login TEXT NOT NULL,
            hour BIGINT NOT NULL,
            messages BIGINT NOT NULL,
            recipients BIGINT NOT NULL,
            PRIMARY KEY (login, provider, hour)
        );
        CREATE INDEX usageHour ON usage (hour);
        CREATE TABLE traffic (
            hour BIGINT NOT NULL,
            route TEXT NOT NULL,
            outcome TEXT NOT NULL CHECK (outcome IN ('sent', 'retry', 'refused')),
            recipients BIGINT NOT NULL,
            PRIMARY KEY (hour, route, outcome)
        );
        CREATE TABLE secret (
            kind TEXT NOT NULL,
            owner TEXT NOT NULL,
            keyID TEXT NOT NULL,
            sealed BYTEA NOT NULL,
            PRIMARY KEY (kind, owner)
        );
        CREATE TABLE token (
            name TEXT NOT NULL PRIMARY KEY,
            "grant" TEXT NOT NULL REFERENCES "grant" (id) ON DELETE CASCADE,
            keyID TEXT NOT NULL,
            sealed BYTEA NOT NULL,
            obtained BIGINT NOT NULL,
            expires BIGINT NOT NULL,
            edition BIGINT NOT NULL
        );
        CREATE INDEX tokenGrant ON token ("grant");
        CREATE TABLE lease (
            name TEXT NOT NULL PRIMARY KEY,
            holder TEXT NOT NULL,
            until BIGINT NOT NULL
        );
        CREATE TABLE grantUse (
            "grant" TEXT NOT NULL PRIMARY KEY REFERENCES "grant" (id) ON DELETE CASCADE,
            consentedAt BIGINT,
            usedAt BIGINT,
            askedAt BIGINT,
            scope TEXT
        );
        CREATE TABLE warning (
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            ends BIGINT NOT NULL,
            days BIGINT NOT NULL,
            PRIMARY KEY (kind, id, ends, days)
        );
        CREATE TABLE consent (
            id TEXT NOT NULL PRIMARY KEY,
            "grant" TEXT NOT NULL REFERENCES "grant" (id) ON DELETE CASCADE,
            application TEXT NOT NULL REFERENCES application (id) ON DELETE CASCADE,
            edition BIGINT NOT NULL,
            way TEXT NOT NULL CHECK (way IN ('browser', 'pasted', 'device')),
            startedAt BIGINT NOT NULL,
            expires BIGINT NOT NULL,
            redirectURI TEXT NOT NULL,
            scope TEXT NOT NULL,
            stateDigest BYTEA NOT NULL UNIQUE CHECK (length(stateDigest) = 32),
            browserDigest BYTEA CHECK (length(browserDigest) = 32),
            keyID TEXT NOT NULL,
            sealed BYTEA NOT NULL,
            startedBy TEXT NOT NULL,
            progress TEXT NOT NULL CHECK (progress IN ('waiting', 'taken', 'granted', 'refused')),
            endedAt BIGINT,
            words TEXT,
            CHECK ((endedAt IS NULL) = (progress = 'waiting'))
        );
        CREATE INDEX consentStarted ON consent (startedAt);
        CREATE INDEX consentGrant ON consent ("grant");
        CREATE INDEX consentApplication ON consent (application);
        CREATE TABLE handout (
            id TEXT NOT NULL PRIMARY KEY,
            client TEXT NOT NULL,
            at BIGINT NOT NULL,
            expires BIGINT NOT NULL,
            login TEXT NOT NULL,
            provider TEXT NOT NULL,
            transport TEXT NOT NULL,
            author TEXT NOT NULL,
            purpose TEXT,
            addresses TEXT NOT NULL,
            reportedAt BIGINT
        );
        CREATE INDEX handoutAt ON handout (at);
        """
}
