/// What became of an address's mail is counted, too; findings of the audit may be acknowledged.
extension PostgresSchema {
    static let acknowledgedV3 = """
        ALTER TABLE sighting DROP CONSTRAINT sighting_role_check;
        ALTER TABLE sighting ADD CONSTRAINT sighting_role_check CHECK (role IN ('author', 'from', 'reply-to', 'refused'));
        CREATE TABLE acknowledgement (
            finding TEXT NOT NULL PRIMARY KEY,
            at BIGINT NOT NULL,
            until BIGINT,
            person TEXT NOT NULL,
            reason TEXT NOT NULL,
            revision BIGINT NOT NULL
        );
        CREATE INDEX acknowledgementRevision ON acknowledgement (revision);
        """
}
