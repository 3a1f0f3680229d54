/// Version 2: providers with all their endpoints, certificates and service accounts, pinned principals, consents under way.
extension Schema {
    /// `details` of a provider from before is absent: the built-in catalogue knows them. Its edition makes tokens had through other endpoints void.
    static let registrationsV2 = """
        ALTER TABLE provider ADD COLUMN details TEXT;
        ALTER TABLE provider ADD COLUMN mayReceiveSecrets INTEGER NOT NULL DEFAULT 1 CHECK (mayReceiveSecrets IN (0, 1));
        ALTER TABLE provider ADD COLUMN edition INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE application ADD COLUMN certificate TEXT;
        ALTER TABLE application ADD COLUMN serviceAccount TEXT;
        ALTER TABLE application ADD COLUMN keyID TEXT CHECK ((keyID IS NULL) = (serviceAccount IS NULL));
        ALTER TABLE "grant" ADD COLUMN pinRealm TEXT;
        ALTER TABLE "grant" ADD COLUMN pinSubject TEXT CHECK ((pinRealm IS NULL) = (pinSubject IS NULL));
        ALTER TABLE "grant" ADD COLUMN command TEXT NOT NULL DEFAULT '[]';

        -- The only key that may be sealed under; NULL: the one the store was made with.
        ALTER TABLE meta ADD COLUMN vaultKey TEXT;

        CREATE TABLE grantUse (
            "grant" TEXT NOT NULL PRIMARY KEY REFERENCES "grant" (id) ON DELETE CASCADE,
            consentedAt INTEGER,
            usedAt INTEGER,
            -- A refresh token that ends with its first use was sent then, and no answer was kept yet.
            askedAt INTEGER,
            scope TEXT
        ) STRICT, WITHOUT ROWID;

        -- Told already: an end that moves is another one.
        CREATE TABLE warning (
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            ends INTEGER NOT NULL,
            days INTEGER NOT NULL,
            PRIMARY KEY (kind, id, ends, days)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE consent (
            id TEXT NOT NULL PRIMARY KEY,
            "grant" TEXT NOT NULL REFERENCES "grant" (id) ON DELETE CASCADE,
            application TEXT NOT NULL REFERENCES application (id) ON DELETE CASCADE,
            edition INTEGER NOT NULL,
            way TEXT NOT NULL CHECK (way IN ('browser', 'pasted', 'device')),
            startedAt INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            redirectURI TEXT NOT NULL,
            scope TEXT NOT NULL,
            stateDigest BLOB NOT NULL UNIQUE CHECK (length(stateDigest) = 32),
            browserDigest BLOB CHECK (length(browserDigest) = 32),
            keyID TEXT NOT NULL,
            sealed BLOB NOT NULL,
            startedBy TEXT NOT NULL,
            progress TEXT NOT NULL CHECK (progress IN ('waiting', 'taken', 'granted', 'refused')),
            endedAt INTEGER,
            words TEXT,
            CHECK ((endedAt IS NULL) = (progress = 'waiting'))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX consentStarted ON consent (startedAt);
        CREATE INDEX consentGrant ON consent ("grant");
        CREATE INDEX consentApplication ON consent (application);
        """
}
