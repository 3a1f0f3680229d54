/// Version 16: what receivers report of mail that claims to be from our domains.
extension Schema {
    static let dmarcV16 = """
        -- id: equal for a report that is sent again. isWhole: all its rows are there; until then it is not counted.
        CREATE TABLE dmarcReport (
            id TEXT NOT NULL PRIMARY KEY,
            organization TEXT NOT NULL,
            contact TEXT NOT NULL,
            reportID TEXT NOT NULL,
            domain TEXT NOT NULL,
            begins INTEGER NOT NULL,
            ends INTEGER NOT NULL CHECK (ends >= begins),
            policy TEXT NOT NULL,
            messages INTEGER NOT NULL CHECK (messages >= 0),
            file TEXT NOT NULL,
            takenAt INTEGER NOT NULL,
            isWhole INTEGER NOT NULL CHECK (isWhole IN (0, 1))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX dmarcReportEnds ON dmarcReport (ends);
        CREATE INDEX dmarcReportTaken ON dmarcReport (takenAt);

        -- domain: of From. signer, envelope: by what the source is known; empty: by nothing.
        CREATE TABLE dmarcRow (
            report TEXT NOT NULL REFERENCES dmarcReport (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            domain TEXT NOT NULL,
            source TEXT NOT NULL,
            isDKIMAligned INTEGER NOT NULL CHECK (isDKIMAligned IN (0, 1)),
            isSPFAligned INTEGER NOT NULL CHECK (isSPFAligned IN (0, 1)),
            signer TEXT NOT NULL,
            envelope TEXT NOT NULL,
            disposition TEXT NOT NULL CHECK (disposition IN ('pass', 'none', 'quarantine', 'reject')),
            exception TEXT NOT NULL,
            messages INTEGER NOT NULL CHECK (messages >= 0),
            PRIMARY KEY (report, number)
        ) STRICT, WITHOUT ROWID;
        """
}
