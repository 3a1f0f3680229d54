/// Tables of what waits to be sent, and of what became of it. The same as SQLite's, column by column.
extension PostgresSchema {
    static let spoolV1 = """
        CREATE TABLE content (
            number BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
            id TEXT NOT NULL UNIQUE,
            startedAt BIGINT NOT NULL,
            isKept BOOLEAN NOT NULL
        );
        CREATE INDEX contentOrphan ON content (startedAt) WHERE NOT isKept;
        -- Bodies in pieces of 256 KiB.
        CREATE TABLE chunk (
            content BIGINT NOT NULL REFERENCES content (number) ON DELETE CASCADE,
            number BIGINT NOT NULL CHECK (number >= 0),
            bytes BYTEA NOT NULL,
            UNIQUE (content, number)
        );
        ALTER TABLE chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;
        -- As it was accepted; its number is the order of acceptance. What belongs to it is written and removed with it by the store's own statements: a foreign key
        -- would lock and write its row three times more.
        CREATE SEQUENCE message_number;
        CREATE TABLE message (
            number BIGINT PRIMARY KEY DEFAULT nextval('message_number'),
            id TEXT NOT NULL UNIQUE,
            acceptedAt BIGINT NOT NULL,
            client TEXT,
            purpose TEXT CHECK (purpose IN ('notification', 'ad-hoc', 'administrator')),
            "user" TEXT,
            author TEXT NOT NULL,
            sender TEXT,
            ret TEXT CHECK (ret IN ('FULL', 'HDRS')),
            envelopeID TEXT,
            hasEnvelopeSender BOOLEAN NOT NULL,
            isAutomatic BOOLEAN NOT NULL,
            bodySize BIGINT NOT NULL CHECK (bodySize >= 0),
            isInPieces BOOLEAN NOT NULL,
            digest BYTEA NOT NULL,
            messageID TEXT NOT NULL,
            recipients TEXT NOT NULL,
            header BYTEA NOT NULL
        );
        ALTER TABLE message ALTER COLUMN header SET STORAGE EXTERNAL;
        ALTER TABLE message SET (toast_tuple_target = 8160);
        -- Small and busy: whatever of a message changes while it waits.
        CREATE TABLE queue (
            message BIGINT PRIMARY KEY,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'claimed', 'held', 'failed')),
            why TEXT NOT NULL,
            attempts BIGINT NOT NULL CHECK (attempts >= 0),
            due BIGINT,
            claimUntil BIGINT,
            lane TEXT NOT NULL,
            claimNode TEXT,
            claimIncarnation TEXT,
            isUnknown BOOLEAN NOT NULL,
            lacksRouteSince BIGINT,
            withoutRoute BIGINT NOT NULL DEFAULT 0 CHECK (withoutRoute >= 0),
            wish TEXT,
            pairRefusals TEXT,
            outcomes TEXT,
            share TEXT NOT NULL DEFAULT '1',
            size BIGINT NOT NULL DEFAULT 0,
            CHECK ((due IS NOT NULL) = (state = 'waiting')),
            CHECK ((claimUntil IS NOT NULL) = (state = 'claimed')),
            CHECK ((claimNode IS NOT NULL) = (state = 'claimed')),
            CHECK ((claimIncarnation IS NOT NULL) = (state = 'claimed')),
            CHECK ((wish IS NOT NULL) = (lacksRouteSince IS NOT NULL))
        );
        CREATE INDEX queueStopped ON queue (state) WHERE state IN ('held', 'failed');
        CREATE INDEX queueWish ON queue (wish) WHERE wish IS NOT NULL;
        CREATE INDEX queueDue ON queue (lane, share, due) WHERE state = 'waiting';
        CREATE INDEX queueClaimed ON queue (claimUntil) WHERE state = 'claimed';
        -- Vacuumed by a number of rows, however many wait: what is dead in the index of what is due, each claim goes through.
        ALTER TABLE queue SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
        CREATE TABLE fate (
            message BIGINT PRIMARY KEY,
            doneAt BIGINT NOT NULL,
            why TEXT NOT NULL,
            attempts BIGINT NOT NULL CHECK (attempts >= 0),
            isUnknown BOOLEAN NOT NULL,
            outcomes TEXT
        );
        CREATE INDEX fateDone ON fate (doneAt);
        -- A body of one piece. It stays beside its row up to a page, sealed bodies cannot be made smaller, and it is gone with the settlement.
        CREATE TABLE body (
            message BIGINT PRIMARY KEY,
            bytes BYTEA NOT NULL
        );
        ALTER TABLE body ALTER COLUMN bytes SET STORAGE EXTERNAL;
        ALTER TABLE body SET (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
        CREATE TABLE clientMinute (
            client TEXT NOT NULL,
            minute BIGINT NOT NULL,
            messages BIGINT NOT NULL,
            recipients BIGINT NOT NULL,
            PRIMARY KEY (client, minute)
        );
        CREATE TABLE clientQueue (
            client TEXT PRIMARY KEY,
            messages BIGINT NOT NULL,
            octets BIGINT NOT NULL
        );
        CREATE TABLE repeatable (
            client TEXT NOT NULL,
            key TEXT NOT NULL,
            digest BYTEA NOT NULL CHECK (length(digest) = 32),
            message TEXT NOT NULL,
            at BIGINT NOT NULL,
            PRIMARY KEY (client, key)
        );
        CREATE INDEX repeatableAt ON repeatable (at);
        """
}
