/// Version 13: a store may move to another database; when a claim runs out is no longer in the column that says when a message is due.
extension Schema {
    static let movedV13 = """
        -- Where the store is now; NULL: here.
        ALTER TABLE meta ADD COLUMN movedTo TEXT;

        -- As in version 12, but: due: when a waiting message may be claimed. claimUntil: when a claim runs out.
        CREATE TABLE queueV13 (
            message INTEGER PRIMARY KEY REFERENCES message (number) ON DELETE CASCADE,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'claimed', 'held', 'failed')),
            why TEXT NOT NULL,
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            due INTEGER,
            lane TEXT NOT NULL,
            claimUntil INTEGER,
            claimNode TEXT,
            claimIncarnation TEXT,
            isUnknown INTEGER NOT NULL CHECK (isUnknown IN (0, 1)),
            lacksRouteSince INTEGER,
            withoutRoute INTEGER NOT NULL DEFAULT 0 CHECK (withoutRoute >= 0),
            wish TEXT,
            pairRefusals TEXT,
            outcomes TEXT,
            share TEXT NOT NULL DEFAULT '1',
            size INTEGER NOT NULL DEFAULT 0,
            CHECK ((due IS NOT NULL) = (state = 'waiting')),
            CHECK ((claimUntil IS NOT NULL) = (state = 'claimed')),
            CHECK ((claimNode IS NOT NULL) = (state = 'claimed')),
            CHECK ((claimIncarnation IS NOT NULL) = (state = 'claimed')),
            CHECK ((wish IS NOT NULL) = (lacksRouteSince IS NOT NULL))
        ) STRICT;
        INSERT INTO queueV13 SELECT message, state, why, attempts, iif(state = 'waiting', due, NULL), lane, iif(state = 'claimed', due, NULL), claimNode,
            claimIncarnation, isUnknown, lacksRouteSince, withoutRoute, wish, pairRefusals, outcomes, share, size FROM queue;
        DROP TABLE queue;
        ALTER TABLE queueV13 RENAME TO queue;
        CREATE INDEX queueStopped ON queue (state) WHERE state IN ('held', 'failed');
        CREATE INDEX queueWish ON queue (wish) WHERE wish IS NOT NULL;
        CREATE INDEX queueDue ON queue (lane, share, due) WHERE state = 'waiting';
        CREATE INDEX queueClaimed ON queue (claimUntil) WHERE state = 'claimed';
        """
}
