/// Tables of what people decide. The same as SQLite's, column by column.
extension PostgresSchema {
    static let directoryV1 = """
        -- The store's own row. Whoever appends to the journal has it for himself until the commit.
        CREATE TABLE meta (
            id BIGINT PRIMARY KEY CHECK (id = 1),
            strand TEXT NOT NULL,
            edition BIGINT NOT NULL CHECK (edition >= 0),
            changesFrom BIGINT NOT NULL CHECK (changesFrom <= edition),
            revision BIGINT NOT NULL CHECK (revision >= 0),
            vaultKey TEXT,
            filedThrough BIGINT NOT NULL DEFAULT 0,
            movedTo TEXT
        );
        INSERT INTO meta (id, strand, edition, changesFrom, revision) VALUES (1, 'main', 0, 0, 0);
        CREATE TABLE change (
            number BIGINT PRIMARY KEY,
            edition BIGINT NOT NULL,
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            UNIQUE (kind, id)
        );
        CREATE INDEX changeEdition ON change (edition, number);
        CREATE TABLE setting (
            id TEXT NOT NULL PRIMARY KEY,
            text TEXT NOT NULL
        );
        CREATE TABLE "user" (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            login TEXT
        );
        CREATE TABLE userAddress (
            "user" TEXT NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
            position BIGINT NOT NULL CHECK (position >= 0),
            localPart TEXT NOT NULL,
            domain TEXT NOT NULL,
            addressKey TEXT NOT NULL,
            isOn BOOLEAN NOT NULL,
            PRIMARY KEY ("user", position)
        );
        CREATE INDEX userAddressKey ON userAddress (addressKey);
        CREATE TABLE provider (
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('microsoft', 'google', 'custom')),
            name TEXT NOT NULL,
            tokenEndpoint TEXT NOT NULL,
            smtpHost TEXT,
            smtpPort BIGINT CHECK (smtpPort BETWEEN 1 AND 65535),
            smtpSecurity TEXT CHECK (smtpSecurity IN ('starttls', 'tls')),
            delegatedScope TEXT NOT NULL,
            appOnlyScope TEXT NOT NULL,
            refusesSeveralAuthors BOOLEAN NOT NULL,
            replacesUnlistedFrom BOOLEAN NOT NULL,
            propagation DOUBLE PRECISION NOT NULL CHECK (propagation >= 0),
            takesNullSender BOOLEAN NOT NULL,
            oldRefreshTokenWorks BOOLEAN NOT NULL,
            trustedCertificates TEXT,
            details TEXT,
            mayReceiveSecrets BOOLEAN NOT NULL DEFAULT true,
            edition BIGINT NOT NULL DEFAULT 0,
            CHECK ((smtpHost IS NULL) = (smtpPort IS NULL) AND (smtpHost IS NULL) = (smtpSecurity IS NULL))
        );
        CREATE TABLE application (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            provider TEXT NOT NULL REFERENCES provider (id),
            tenant TEXT NOT NULL,
            clientID TEXT NOT NULL,
            secretExpires BIGINT,
            domains TEXT NOT NULL,
            edition BIGINT NOT NULL DEFAULT 0,
            certificate TEXT,
            serviceAccount TEXT,
            keyID TEXT CHECK ((keyID IS NULL) = (serviceAccount IS NULL))
        );
        CREATE INDEX applicationProvider ON application (provider);
        CREATE TABLE "grant" (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('consent', 'app-only', 'service-account', 'command')),
            application TEXT NOT NULL REFERENCES application (id),
            principal TEXT,
            isEnabled BOOLEAN NOT NULL,
            edition BIGINT NOT NULL DEFAULT 0,
            pinRealm TEXT,
            pinSubject TEXT CHECK ((pinRealm IS NULL) = (pinSubject IS NULL)),
            command TEXT NOT NULL DEFAULT '[]'
        );
        CREATE INDEX grantApplication ON "grant" (application);
        CREATE TABLE mailbox (
            id TEXT NOT NULL PRIMARY KEY,
            address TEXT NOT NULL,
            login TEXT NOT NULL,
            "grant" TEXT NOT NULL REFERENCES "grant" (id),
            transports TEXT NOT NULL,
            isEnabled BOOLEAN NOT NULL,
            isRead BOOLEAN NOT NULL DEFAULT false
        );
        CREATE INDEX mailboxGrant ON mailbox ("grant");
        CREATE TABLE family (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            members TEXT NOT NULL,
            "grant" TEXT NOT NULL REFERENCES "grant" (id),
            transports TEXT NOT NULL,
            isEnabled BOOLEAN NOT NULL
        );
        CREATE INDEX familyGrant ON family ("grant");
        CREATE TABLE delegation (
            id TEXT NOT NULL PRIMARY KEY,
            mailbox TEXT NOT NULL REFERENCES mailbox (id),
            covers TEXT NOT NULL,
            coversKey TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('send-as', 'on-behalf', 'alias')),
            priority BIGINT NOT NULL,
            validFrom BIGINT,
            validUntil BIGINT,
            grantedBy TEXT NOT NULL,
            grantedAt BIGINT NOT NULL,
            reason TEXT NOT NULL,
            allowsUnaligned BOOLEAN NOT NULL
        );
        CREATE INDEX delegationMailbox ON delegation (mailbox);
        CREATE INDEX delegationCovers ON delegation (coversKey);
        CREATE TABLE deny (
            id TEXT NOT NULL PRIMARY KEY,
            mailbox TEXT REFERENCES mailbox (id),
            covers TEXT NOT NULL,
            reason TEXT NOT NULL
        );
        CREATE INDEX denyMailbox ON deny (mailbox);
        CREATE TABLE client (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            keyDigest BYTEA UNIQUE CHECK (length(keyDigest) = 32),
            network TEXT UNIQUE,
            uid BIGINT UNIQUE CHECK (uid BETWEEN 0 AND 4294967295),
            password TEXT,
            purposes TEXT NOT NULL,
            addresses TEXT NOT NULL,
            defaultPurpose TEXT CHECK (defaultPurpose IN ('notification', 'ad-hoc', 'administrator')),
            authorIfUnusable TEXT,
            noticeAddress TEXT,
            isEnabled BOOLEAN NOT NULL,
            defaultUser TEXT,
            roles TEXT NOT NULL,
            isStrict BOOLEAN NOT NULL DEFAULT false,
            quota TEXT NOT NULL DEFAULT '[]',
            CHECK (num_nonnulls(keyDigest, network, uid, password) = 1)
        );
        CREATE TABLE tokenRight (
            client TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
            position BIGINT NOT NULL,
            mailbox TEXT REFERENCES mailbox (id),
            family TEXT REFERENCES family (id),
            coversWholeGrant BOOLEAN NOT NULL,
            PRIMARY KEY (client, position),
            CHECK (num_nonnulls(mailbox, family) = 1)
        );
        CREATE INDEX tokenRightMailbox ON tokenRight (mailbox) WHERE mailbox IS NOT NULL;
        CREATE INDEX tokenRightFamily ON tokenRight (family) WHERE family IS NOT NULL;
        """
}
