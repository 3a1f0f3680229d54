/// Tables of what people decide. Foreign keys have no cascade: removing something that is used is refused, or spelled out by `apply`.
extension Schema {
    static let directoryV1 = """
        CREATE TABLE meta (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            strand TEXT NOT NULL,
            edition INTEGER NOT NULL CHECK (edition >= 0),
            -- Changes up to this edition may have been forgotten: who stands before it loads the directory whole.
            changesFrom INTEGER NOT NULL CHECK (changesFrom <= edition),
            revision INTEGER NOT NULL CHECK (revision >= 0)
        ) STRICT;
        INSERT INTO meta VALUES (1, 'main', 0, 0, 0);

        -- One row per thing: its latest change.
        CREATE TABLE change (
            number INTEGER PRIMARY KEY,
            edition INTEGER NOT NULL,
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            UNIQUE (kind, id)
        ) STRICT;
        CREATE INDEX changeEdition ON change (edition, number);

        CREATE TABLE setting (id TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TABLE user (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, login TEXT) STRICT, WITHOUT ROWID;
        CREATE TABLE userAddress (
            user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            position INTEGER NOT NULL CHECK (position >= 0),
            localPart TEXT NOT NULL,
            domain TEXT NOT NULL,
            addressKey TEXT NOT NULL,
            isOn INTEGER NOT NULL CHECK (isOn IN (0, 1)),
            PRIMARY KEY (user, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX userAddressKey ON userAddress (addressKey);

        CREATE TABLE provider (
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('microsoft', 'google', 'custom')),
            name TEXT NOT NULL,
            tokenEndpoint TEXT NOT NULL,
            smtpHost TEXT,
            smtpPort INTEGER CHECK (smtpPort BETWEEN 1 AND 65535),
            smtpSecurity TEXT CHECK (smtpSecurity IN ('starttls', 'tls')),
            delegatedScope TEXT NOT NULL,
            appOnlyScope TEXT NOT NULL,
            refusesSeveralAuthors INTEGER NOT NULL CHECK (refusesSeveralAuthors IN (0, 1)),
            replacesUnlistedFrom INTEGER NOT NULL CHECK (replacesUnlistedFrom IN (0, 1)),
            propagation REAL NOT NULL CHECK (propagation >= 0),
            takesNullSender INTEGER NOT NULL CHECK (takesNullSender IN (0, 1)),
            oldRefreshTokenWorks INTEGER NOT NULL CHECK (oldRefreshTokenWorks IN (0, 1)),
            trustedCertificates TEXT,
            CHECK ((smtpHost IS NULL) = (smtpPort IS NULL) AND (smtpHost IS NULL) = (smtpSecurity IS NULL))
        ) STRICT, WITHOUT ROWID;

        -- edition: the last change by a person, of the row or of its secret; a token of another edition is not used.
        CREATE TABLE application (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            provider TEXT NOT NULL REFERENCES provider (id),
            tenant TEXT NOT NULL,
            clientID TEXT NOT NULL,
            secretExpires INTEGER,
            domains TEXT NOT NULL,
            edition INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX applicationProvider ON application (provider);

        CREATE TABLE "grant" (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('consent', 'app-only', 'service-account', 'command')),
            application TEXT NOT NULL REFERENCES application (id),
            principal TEXT,
            isEnabled INTEGER NOT NULL CHECK (isEnabled IN (0, 1)),
            edition INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX grantApplication ON "grant" (application);

        CREATE TABLE mailbox (
            id TEXT NOT NULL PRIMARY KEY,
            address TEXT NOT NULL,
            login TEXT NOT NULL,
            "grant" TEXT NOT NULL REFERENCES "grant" (id),
            transports TEXT NOT NULL,
            isEnabled INTEGER NOT NULL CHECK (isEnabled IN (0, 1))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX mailboxGrant ON mailbox ("grant");

        CREATE TABLE family (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            members TEXT NOT NULL,
            "grant" TEXT NOT NULL REFERENCES "grant" (id),
            transports TEXT NOT NULL,
            isEnabled INTEGER NOT NULL CHECK (isEnabled IN (0, 1))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX familyGrant ON family ("grant");

        -- coversKey: an address's key, `@domain` or `*`; what a slice looks for.
        CREATE TABLE delegation (
            id TEXT NOT NULL PRIMARY KEY,
            mailbox TEXT NOT NULL REFERENCES mailbox (id),
            covers TEXT NOT NULL,
            coversKey TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('send-as', 'on-behalf', 'alias')),
            priority INTEGER NOT NULL,
            validFrom INTEGER,
            validUntil INTEGER,
            grantedBy TEXT NOT NULL,
            grantedAt INTEGER NOT NULL,
            reason TEXT NOT NULL,
            allowsUnaligned INTEGER NOT NULL CHECK (allowsUnaligned IN (0, 1))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX delegationMailbox ON delegation (mailbox);
        CREATE INDEX delegationCovers ON delegation (coversKey);

        CREATE TABLE deny (
            id TEXT NOT NULL PRIMARY KEY,
            mailbox TEXT REFERENCES mailbox (id),
            covers TEXT NOT NULL,
            reason TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX denyMailbox ON deny (mailbox);

        -- Two clients with one key, network or uid could not be told apart.
        CREATE TABLE client (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            keyDigest BLOB UNIQUE CHECK (length(keyDigest) = 32),
            network TEXT UNIQUE,
            uid INTEGER UNIQUE CHECK (uid BETWEEN 0 AND 4294967295),
            purposes TEXT NOT NULL,
            addresses TEXT NOT NULL,
            defaultPurpose TEXT CHECK (defaultPurpose IN ('notification', 'ad-hoc', 'administrator')),
            authorIfUnusable TEXT,
            noticeAddress TEXT,
            isEnabled INTEGER NOT NULL CHECK (isEnabled IN (0, 1)),
            CHECK ((keyDigest IS NOT NULL) + (network IS NOT NULL) + (uid IS NOT NULL) = 1)
        ) STRICT, WITHOUT ROWID;
        """
}
