/// Version 11: what is written once is not written again. A message as it was accepted, its body, its place in the queue and its fate are rows of their own; an
/// entry of the journal is one row, and what filters look in is filed behind it.
extension Schema {
    static let messageV11 = """
        -- As it was accepted. recipients: address, notify and orcpt of each, in the envelope's order. isInPieces: its body is in content and chunk, else in body.
        CREATE TABLE messageV11 (
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
            isInPieces INTEGER NOT NULL CHECK (isInPieces IN (0, 1)),
            digest BLOB NOT NULL,
            messageID TEXT NOT NULL,
            recipients TEXT NOT NULL,
            header BLOB NOT NULL
        ) STRICT;
        INSERT INTO messageV11 SELECT number, id, acceptedAt, client, purpose, user, author, sender, ret, envelopeID, hasEnvelopeSender, isAutomatic,
            bodySize, EXISTS (SELECT 1 FROM content c WHERE c.id = m.id AND c.isKept), digest, messageID,
            (SELECT json_group_array(json_array(address, notify, orcpt)) FROM (SELECT * FROM recipient WHERE message = m.number ORDER BY number)), header
            FROM message m;

        -- due: when a waiting message may be claimed, or when a claim runs out. lane: the provider, a tab, and the login; '' is not known yet.
        -- lacksRouteSince, withoutRoute: as in version 7. wish: author and purpose, which decide its route, of a message that waits for one.
        -- outcomes: recipient, outcome and reply of those whose fate is settled.
        CREATE TABLE queue (
            message INTEGER PRIMARY KEY REFERENCES message (number) ON DELETE CASCADE,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'claimed', 'held', 'failed')),
            why TEXT NOT NULL,
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            due INTEGER,
            lane TEXT NOT NULL,
            claimNode TEXT,
            claimIncarnation TEXT,
            isUnknown INTEGER NOT NULL CHECK (isUnknown IN (0, 1)),
            lacksRouteSince INTEGER,
            withoutRoute INTEGER NOT NULL DEFAULT 0 CHECK (withoutRoute >= 0),
            wish TEXT,
            pairRefusals TEXT,
            outcomes TEXT,
            CHECK ((due IS NOT NULL) = (state IN ('waiting', 'claimed'))),
            CHECK ((claimNode IS NOT NULL) = (state = 'claimed')),
            CHECK ((claimIncarnation IS NOT NULL) = (state = 'claimed')),
            CHECK ((wish IS NOT NULL) = (lacksRouteSince IS NOT NULL))
        ) STRICT;
        INSERT INTO queue SELECT number, state, why, attempts, due, lane, claimNode, claimIncarnation, isUnknown, lacksRouteSince, withoutRoute,
            iif(lacksRouteSince IS NULL, NULL, author || char(9) || ifnull(purpose, '')), pairRefusals,
            (SELECT nullif(json_group_array(json_array(CAST(number AS TEXT), outcome, reply)), '[]') FROM (
                SELECT * FROM recipient WHERE message = m.number AND outcome IS NOT NULL ORDER BY number
            ))
            FROM message m WHERE state <> 'done';

        -- Shown by its id for a week.
        CREATE TABLE fate (
            message INTEGER PRIMARY KEY REFERENCES message (number) ON DELETE CASCADE,
            doneAt INTEGER NOT NULL,
            why TEXT NOT NULL,
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            isUnknown INTEGER NOT NULL CHECK (isUnknown IN (0, 1)),
            outcomes TEXT
        ) STRICT;
        INSERT INTO fate SELECT number, doneAt, why, attempts, isUnknown,
            (SELECT nullif(json_group_array(json_array(CAST(number AS TEXT), outcome, reply)), '[]') FROM (
                SELECT * FROM recipient WHERE message = m.number AND outcome IS NOT NULL ORDER BY number
            ))
            FROM message m WHERE state = 'done';

        DROP TABLE recipient;
        DROP TABLE message;
        ALTER TABLE messageV11 RENAME TO message;

        CREATE TABLE body (
            message INTEGER PRIMARY KEY REFERENCES message (number) ON DELETE CASCADE,
            bytes BLOB NOT NULL
        ) STRICT;

        -- Whoever claims asks each lane for its first.
        CREATE INDEX queueDue ON queue (lane, due) WHERE due IS NOT NULL;
        CREATE INDEX queueStopped ON queue (state) WHERE state IN ('held', 'failed');
        CREATE INDEX queueClaimed ON queue (claimNode) WHERE claimNode IS NOT NULL;
        CREATE INDEX queueWish ON queue (wish) WHERE wish IS NOT NULL;
        CREATE INDEX fateDone ON fate (doneAt);
        """

    static let journalV11 = """
        -- salt, parts: what may be erased without breaking the chain, which holds only its salted digest.
        ALTER TABLE journal ADD COLUMN salt BLOB;
        ALTER TABLE journal ADD COLUMN parts TEXT;
        UPDATE journal SET salt = p.salt, parts = p.parts FROM journalPersonal p WHERE p.entry = journal.sequence;
        DROP TABLE journalPersonal;

        -- The last entry whose personal parts stand in journalRole. They are put there many at once and in their order: one by one they would be most of what a
        -- message writes.
        ALTER TABLE meta ADD COLUMN filedThrough INTEGER NOT NULL DEFAULT 0;
        UPDATE meta SET filedThrough = (SELECT ifnull(max(sequence), 0) FROM journal);
        """
}
