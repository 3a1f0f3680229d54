/// That a tenant may write to nobody outside for a while, and how many licences it has.
extension PostgresSchema {
    static let tenantV6 = """
        CREATE TABLE tenantPause (
            provider TEXT NOT NULL,
            lane TEXT NOT NULL,
            since BIGINT NOT NULL,
            until BIGINT,
            code TEXT NOT NULL,
            times BIGINT NOT NULL,
            counted TEXT NOT NULL,
            revision BIGINT NOT NULL,
            PRIMARY KEY (provider, lane)
        );
        CREATE INDEX tenantPauseRevision ON tenantPause (revision);
        ALTER TABLE application ADD COLUMN licences BIGINT CHECK (licences > 0);
        """

    /// A token of the machine's own in place of a secret.
    static let federatedV7 = "ALTER TABLE application ADD COLUMN federatedCredential TEXT;"
}
