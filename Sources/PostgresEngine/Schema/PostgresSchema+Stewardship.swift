/// Who answers for a thing, what it is for, and when somebody looks at it again; when a client was last used.
extension PostgresSchema {
    static let stewardshipV4 = """
        ALTER TABLE "grant" ADD COLUMN owner TEXT NOT NULL DEFAULT '';
        ALTER TABLE "grant" ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
        ALTER TABLE "grant" ADD COLUMN review BIGINT;
        ALTER TABLE mailbox ADD COLUMN owner TEXT NOT NULL DEFAULT '';
        ALTER TABLE mailbox ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
        ALTER TABLE mailbox ADD COLUMN review BIGINT;
        ALTER TABLE family ADD COLUMN owner TEXT NOT NULL DEFAULT '';
        ALTER TABLE family ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
        ALTER TABLE family ADD COLUMN review BIGINT;
        ALTER TABLE delegation ADD COLUMN owner TEXT NOT NULL DEFAULT '';
        ALTER TABLE delegation ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
        ALTER TABLE delegation ADD COLUMN review BIGINT;
        ALTER TABLE client ADD COLUMN owner TEXT NOT NULL DEFAULT '';
        ALTER TABLE client ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
        ALTER TABLE client ADD COLUMN review BIGINT;
        CREATE TABLE clientUse (
            client TEXT NOT NULL PRIMARY KEY,
            day BIGINT NOT NULL
        );
        """
}
