/// Version 12: within a lane, administrator's mail goes first and clients have their turns; a client may have a quota.
extension Schema {
    static let shareV12 = """
        -- share: 0 before administrator's mail and 1 before any other, then the client.
        ALTER TABLE queue ADD COLUMN share TEXT NOT NULL DEFAULT '1';
        UPDATE queue SET share = (SELECT iif(purpose = 'administrator', '0', '1') || ifnull(client, '') FROM message WHERE number = queue.message);

        -- size: octets of header and body, which count in a client's quota.
        ALTER TABLE queue ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
        UPDATE queue SET size = (SELECT bodySize + length(header) + 2 FROM message WHERE number = queue.message);

        -- What clients with a quota have handed in, by the minute, and what of it is in the queue and was not given up. A client without a row is counted when
        -- that is asked next.
        ALTER TABLE client ADD COLUMN quota TEXT NOT NULL DEFAULT '[]';
        CREATE TABLE clientMinute (
            client TEXT NOT NULL,
            minute INTEGER NOT NULL,
            messages INTEGER NOT NULL,
            recipients INTEGER NOT NULL,
            PRIMARY KEY (client, minute)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE clientQueue (
            client TEXT PRIMARY KEY,
            messages INTEGER NOT NULL,
            octets INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- Each line of each lane is asked for its first. What is under way is not in that index: most messages are claimed where they are kept.
        DROP INDEX queueDue;
        DROP INDEX queueClaimed;
        CREATE INDEX queueDue ON queue (lane, share, due) WHERE state = 'waiting';
        CREATE INDEX queueClaimed ON queue (due) WHERE state = 'claimed';
        """
}
