/// Version 9: what was kept by login is kept by login and provider. A login from before is that of the mailbox or family that has it; where several have it, at
/// several providers, or nobody any more, what was known of it stands for each provider that it can be at: mail is rather kept away once too often.
extension Schema {
    static let accountV9 = """
        CREATE TABLE loginV9 (login TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
        INSERT INTO loginV9
            SELECT login FROM standing UNION SELECT id FROM health WHERE kind = 'mailbox' UNION SELECT login FROM usage
            UNION SELECT login FROM report UNION SELECT lane FROM message WHERE lane <> ''
            UNION SELECT p.value ->> 0 FROM message m, json_each(m.pairRefusals) p WHERE m.pairRefusals IS NOT NULL;

        CREATE TABLE accountV9 (login TEXT NOT NULL, provider TEXT NOT NULL, PRIMARY KEY (login, provider)) STRICT, WITHOUT ROWID;
        INSERT INTO accountV9
            SELECT l.login, a.provider FROM mailbox m JOIN loginV9 l ON l.login = m.login JOIN "grant" g ON g.id = m."grant"
                JOIN application a ON a.id = g.application
            UNION SELECT 'tenant/' || iif(tenant = '', provider, tenant), provider FROM application;
        INSERT OR IGNORE INTO accountV9
            SELECT l.login, a.provider FROM family f JOIN json_each(f.members) p JOIN loginV9 l
                ON lower(p.value) IN (lower(l.login), lower(substr(l.login, instr(l.login, '@'))))
                JOIN "grant" g ON g.id = f."grant" JOIN application a ON a.id = g.application;
        INSERT OR IGNORE INTO accountV9
            SELECT l.login, a.provider FROM loginV9 l JOIN user u ON u.login = l.login JOIN userAddress x ON x.user = u.id
                JOIN family f JOIN json_each(f.members) p ON lower(p.value) IN ('@' || x.domain, lower(x.localPart || '@' || x.domain))
                JOIN "grant" g ON g.id = f."grant" JOIN application a ON a.id = g.application;
        INSERT INTO accountV9
            SELECT l.login, a.provider FROM loginV9 l JOIN (SELECT DISTINCT provider FROM application) a
            WHERE l.login NOT IN (SELECT login FROM accountV9);

        CREATE TABLE standingV9 (
            provider TEXT NOT NULL,
            login TEXT NOT NULL,
            addressKey TEXT NOT NULL,
            transport TEXT NOT NULL CHECK (transport IN ('smtp', 'graph', 'gmail')),
            address TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('none', 'declared', 'pending', 'proven', 'doubted', 'denied', 'rewritten')),
            at INTEGER,
            deniedAt INTEGER,
            text TEXT,
            probes INTEGER NOT NULL DEFAULT 0 CHECK (probes >= 0),
            nextProbe INTEGER,
            needs INTEGER CHECK (needs >= 1),
            tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
            nextTry INTEGER,
            revision INTEGER NOT NULL,
            PRIMARY KEY (login, provider, addressKey, transport),
            CHECK ((state = 'doubted') = (needs IS NOT NULL) AND (needs IS NULL) = (nextProbe IS NULL))
        ) STRICT, WITHOUT ROWID;
        INSERT INTO standingV9
            SELECT a.provider, s.login, addressKey, transport, address, state, at, deniedAt, text, probes, nextProbe, needs, tries, nextTry,
                revision FROM standing s JOIN accountV9 a ON a.login = s.login;
        DROP TABLE standing;
        ALTER TABLE standingV9 RENAME TO standing;
        CREATE INDEX standingAddress ON standing (addressKey);
        CREATE INDEX standingRevision ON standing (revision);

        -- id: of an account its login. provider: '' but for an account.
        CREATE TABLE healthV9 (
            kind TEXT NOT NULL CHECK (kind IN ('mailbox', 'grant', 'application')),
            id TEXT NOT NULL,
            provider TEXT NOT NULL,
            transport TEXT NOT NULL CHECK (transport IN ('', 'smtp', 'graph', 'gmail')),
            state TEXT NOT NULL
                CHECK (state IN ('none', 'stopped', 'broken', 'needs-consent', 'lost-in-crash', 'unanswered', 'suspended')),
            at INTEGER,
            reason TEXT,
            failures INTEGER,
            revision INTEGER NOT NULL,
            PRIMARY KEY (kind, id, provider, transport),
            CHECK (transport = '' OR kind = 'mailbox'),
            CHECK ((provider = '') = (kind <> 'mailbox'))
        ) STRICT, WITHOUT ROWID;
        INSERT INTO healthV9
            SELECT kind, id, a.provider, transport, state, at, reason, failures, revision FROM health JOIN accountV9 a ON a.login = id
            WHERE kind = 'mailbox'
            UNION ALL SELECT kind, id, '', transport, state, at, reason, failures, revision FROM health WHERE kind <> 'mailbox';
        DROP TABLE health;
        ALTER TABLE healthV9 RENAME TO health;
        CREATE INDEX healthRevision ON health (revision);

        CREATE TABLE reportV9 (
            client TEXT NOT NULL,
            provider TEXT NOT NULL,
            login TEXT NOT NULL,
            transport TEXT NOT NULL CHECK (transport IN ('', 'smtp', 'graph', 'gmail')),
            addressKey TEXT NOT NULL,
            address TEXT NOT NULL,
            at INTEGER NOT NULL,
            until INTEGER,
            words TEXT NOT NULL,
            revision INTEGER NOT NULL,
            PRIMARY KEY (client, login, provider, transport, addressKey),
            CHECK (addressKey = '' OR transport <> '')
        ) STRICT, WITHOUT ROWID;
        INSERT INTO reportV9
            SELECT client, a.provider, r.login, transport, addressKey, address, at, until, words, revision
            FROM report r JOIN accountV9 a ON a.login = r.login;
        DROP TABLE report;
        ALTER TABLE reportV9 RENAME TO report;
        CREATE INDEX reportRevision ON report (revision);

        -- hour: milliseconds since 1970 at its beginning.
        CREATE TABLE usageV9 (
            provider TEXT NOT NULL,
            login TEXT NOT NULL,
            hour INTEGER NOT NULL,
            messages INTEGER NOT NULL,
            recipients INTEGER NOT NULL,
            PRIMARY KEY (login, provider, hour)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO usageV9 SELECT a.provider, u.login, hour, messages, recipients FROM usage u JOIN accountV9 a ON a.login = u.login;
        DROP TABLE usage;
        ALTER TABLE usageV9 RENAME TO usage;
        CREATE INDEX usageHour ON usage (hour);

        -- lane: the provider, a tab, and the login; '' is not known yet.
        UPDATE message SET lane = (
            SELECT iif(count(*) = 1, min(provider) || char(9) || lane, '') FROM accountV9 WHERE login = lane
        ) WHERE lane <> '';
        UPDATE message SET pairRefusals = (
            SELECT json_group_array(json_array(
                a.provider, p.value ->> 0, p.value ->> 1, p.value ->> 2, p.value ->> 3, p.value ->> 4
            )) FROM json_each(message.pairRefusals) p JOIN accountV9 a ON a.login = p.value ->> 0
        ) WHERE pairRefusals IS NOT NULL;

        DROP TABLE accountV9;
        DROP TABLE loginV9;
        """
}
