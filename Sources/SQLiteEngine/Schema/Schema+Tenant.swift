/// Version 17: that a tenant may write to nobody outside for a while, and how many licences it has.
extension Schema {
    static let tenantV17 = """
        -- lane: what the tenant's usage is counted under. until: NULL says that it is over. counted: domains of its own that the provider counts all the same.
        CREATE TABLE tenantPause (
            provider TEXT NOT NULL,
            lane TEXT NOT NULL,
            since INTEGER NOT NULL,
            until INTEGER,
            code TEXT NOT NULL,
            times INTEGER NOT NULL,
            counted TEXT NOT NULL,
            revision INTEGER NOT NULL,
            PRIMARY KEY (provider, lane)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX tenantPauseRevision ON tenantPause (revision);
        ALTER TABLE application ADD COLUMN licences INTEGER CHECK (licences > 0);
        """

    /// Version 18: a token of the machine's own in place of a secret.
    static let federatedV18 = "ALTER TABLE application ADD COLUMN federatedCredential TEXT;"
}
