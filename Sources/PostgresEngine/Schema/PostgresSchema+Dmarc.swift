/// What receivers report. The same as SQLite's, column by column.
extension PostgresSchema {
    static let dmarcV5 = """
        CREATE TABLE dmarcReport (
            id TEXT NOT NULL PRIMARY KEY,
            organization TEXT NOT NULL,
            contact TEXT NOT NULL,
            reportID TEXT NOT NULL,
            domain TEXT NOT NULL,
            begins BIGINT NOT NULL,
            ends BIGINT NOT NULL CHECK (ends >= begins),
            policy TEXT NOT NULL,
            messages BIGINT NOT NULL CHECK (messages >= 0),
            file TEXT NOT NULL,
            takenAt BIGINT NOT NULL,
            isWhole BOOLEAN NOT NULL
        );
        CREATE INDEX dmarcReportEnds ON dmarcReport (ends);
        CREATE INDEX dmarcReportTaken ON dmarcReport (takenAt);
        CREATE TABLE dmarcRow (
            report TEXT NOT NULL REFERENCES dmarcReport (id) ON DELETE CASCADE,
            number BIGINT NOT NULL,
            domain TEXT NOT NULL,
            source TEXT NOT NULL,
            isDKIMAligned BOOLEAN NOT NULL,
            isSPFAligned BOOLEAN NOT NULL,
            signer TEXT NOT NULL,
            envelope TEXT NOT NULL,
            disposition TEXT NOT NULL CHECK (disposition IN ('pass', 'none', 'quarantine', 'reject')),
            exception TEXT NOT NULL,
            messages BIGINT NOT NULL CHECK (messages >= 0),
            PRIMARY KEY (report, number)
        );
        """
}
