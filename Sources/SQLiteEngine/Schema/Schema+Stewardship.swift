/// Version 15: who answers for a thing, what it is for, and when somebody looks at it again; when a client was last used.
extension Schema {
    static let stewardshipV15 = """
        ALTER TABLE "grant" ADD COLUMN owner TEXT NOT NULL DEFAULT '';
        ALTER TABLE "grant" ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
        ALTER TABLE "grant" ADD COLUMN review INTEGER;
        ALTER TABLE mailbox ADD COLUMN owner TEXT NOT NULL DEFAULT '';
        ALTER TABLE mailbox ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
        ALTER TABLE mailbox ADD COLUMN review INTEGER;
        ALTER TABLE family ADD COLUMN owner TEXT NOT NULL DEFAULT '';
        ALTER TABLE family ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
        ALTER TABLE family ADD COLUMN review INTEGER;
        ALTER TABLE delegation ADD COLUMN owner TEXT NOT NULL DEFAULT '';
        ALTER TABLE delegation ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
        ALTER TABLE delegation ADD COLUMN review INTEGER;
        ALTER TABLE client ADD COLUMN owner TEXT NOT NULL DEFAULT '';
        ALTER TABLE client ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
        ALTER TABLE client ADD COLUMN review INTEGER;
        -- The day, since 1970, on which a client last used anything.
        CREATE TABLE clientUse (
            client TEXT NOT NULL PRIMARY KEY,
            day INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
