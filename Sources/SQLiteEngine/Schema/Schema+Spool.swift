/// Tables of what waits to be sent.
extension Schema {
    static let spoolV1 = """
        -- isKept: a message stands on it; the others are swept when they are old.
        CREATE TABLE content (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            startedAt INTEGER NOT NULL,
            isKept INTEGER NOT NULL CHECK (isKept IN (0, 1))
        ) STRICT;
        CREATE INDEX contentOrphan ON content (startedAt) WHERE isKept = 0;

        CREATE TABLE chunk (
            content INTEGER NOT NULL REFERENCES content (number) ON DELETE CASCADE,
            number INTEGER NOT NULL CHECK (number >= 0),
            bytes BLOB NOT NULL,
            UNIQUE (content, number)
        ) STRICT;

        -- due: when a waiting message may be claimed, or when a claim runs out. The number is the order of acceptance.
        CREATE TABLE message (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            acceptedAt INTEGER NOT NULL,
            client TEXT,
            purpose TEXT CHECK (purpose IN ('notification', 'ad-hoc', 'administrator')),
            user TEXT,
            author TEXT NOT NULL,
            sender TEXT,
            ret TEXT CHECK (ret IN ('FULL', 'HDRS')),
            envelopeID TEXT,
            hasEnvelopeSender INTEGER NOT NULL CHECK (hasEnvelopeSender IN (0, 1)),
            isAutomatic INTEGER NOT NULL CHECK (isAutomatic IN (0, 1)),
            bodySize INTEGER NOT NULL CHECK (bodySize >= 0),
            digest BLOB NOT NULL,
            messageID TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'claimed', 'held', 'failed', 'done')),
            why TEXT NOT NULL,
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            due INTEGER,
            claimNode TEXT,
            claimIncarnation TEXT,
            isUnknown INTEGER NOT NULL CHECK (isUnknown IN (0, 1)),
            doneAt INTEGER,
            header BLOB NOT NULL,
            CHECK ((due IS NOT NULL) = (state IN ('waiting', 'claimed'))),
            CHECK ((claimNode IS NOT NULL) = (state = 'claimed')),
            CHECK ((claimIncarnation IS NOT NULL) = (state = 'claimed')),
            CHECK ((doneAt IS NOT NULL) = (state = 'done'))
        ) STRICT;
        CREATE INDEX messageDue ON message (due, number) WHERE due IS NOT NULL;
        CREATE INDEX messageState ON message (state, number) WHERE state <> 'done';
        CREATE INDEX messageClaim ON message (claimNode) WHERE claimNode IS NOT NULL;
        CREATE INDEX messageDone ON message (doneAt) WHERE doneAt IS NOT NULL;

        CREATE TABLE recipient (
            message INTEGER NOT NULL REFERENCES message (number) ON DELETE CASCADE,
            number INTEGER NOT NULL CHECK (number >= 0),
            address TEXT NOT NULL,
            notify TEXT,
            orcpt TEXT,
            outcome TEXT CHECK (outcome IN ('sent', 'refused')),
            reply TEXT,
            PRIMARY KEY (message, number),
            CHECK ((outcome IS NULL) = (reply IS NULL))
        ) STRICT, WITHOUT ROWID;
        """

    static let journalV1 = """
        CREATE TABLE journal (
            sequence INTEGER PRIMARY KEY,
            strand TEXT NOT NULL,
            number INTEGER NOT NULL CHECK (number >= 1),
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            message TEXT,
            facts TEXT NOT NULL,
            personalDigest BLOB NOT NULL CHECK (length(personalDigest) = 32),
            mac BLOB NOT NULL CHECK (length(mac) = 32),
            UNIQUE (strand, number)
        ) STRICT;
        CREATE INDEX journalMessage ON journal (message, sequence) WHERE message IS NOT NULL;
        CREATE INDEX journalAt ON journal (at);

        -- What may be erased without breaking the chain, which holds only its salted digest.
        CREATE TABLE journalPersonal (
            entry INTEGER PRIMARY KEY REFERENCES journal (sequence),
            salt BLOB NOT NULL,
            parts TEXT NOT NULL
        ) STRICT;
        -- What filters look for. Erasing goes by the parts, so there is no index by entry to pay for with every message.
        CREATE TABLE journalRole (
            role TEXT NOT NULL,
            text TEXT NOT NULL,
            entry INTEGER NOT NULL,
            PRIMARY KEY (role, text, entry)
        ) STRICT, WITHOUT ROWID;

        -- Repeated refusals. The signature is a digest keyed with the journal key: it says nothing of client or author.
        CREATE TABLE journalCount (
            entry INTEGER PRIMARY KEY REFERENCES journal (sequence),
            signature BLOB NOT NULL,
            at INTEGER NOT NULL,
            count INTEGER NOT NULL CHECK (count >= 1)
        ) STRICT;
        CREATE INDEX journalCountSignature ON journalCount (signature, at);
        """
}
