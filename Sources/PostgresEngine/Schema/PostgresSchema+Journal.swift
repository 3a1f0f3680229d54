/// Tables of the journal. The same as SQLite's, column by column.
extension PostgresSchema {
    static let journalV1 = """
        CREATE TABLE journal (
            number BIGINT PRIMARY KEY,
            at BIGINT NOT NULL,
            kind TEXT NOT NULL,
            message TEXT,
            facts TEXT NOT NULL,
            personalDigest BYTEA NOT NULL CHECK (length(personalDigest) = 32),
            mac BYTEA NOT NULL CHECK (length(mac) = 32),
            salt BYTEA,
            parts TEXT
        );
        CREATE TABLE journalCount (
            entry BIGINT PRIMARY KEY REFERENCES "journal" (number),
            signature BYTEA NOT NULL,
            at BIGINT NOT NULL,
            count BIGINT NOT NULL CHECK (count >= 1)
        );
        CREATE INDEX journalCountSignature ON journalCount (signature, at);
        CREATE TABLE journalWindow (
            last BIGINT PRIMARY KEY,
            earliest BIGINT NOT NULL,
            latest BIGINT NOT NULL
        );
        CREATE TABLE journalRole (
            role TEXT NOT NULL,
            text TEXT NOT NULL,
            entry BIGINT NOT NULL,
            PRIMARY KEY (role, text, entry)
        );
        """
}
