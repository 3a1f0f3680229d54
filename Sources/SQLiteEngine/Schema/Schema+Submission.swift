/// Version 4: a client's own user. Version 10: whether it is held to the grammar of From.
extension Schema {
    static let submissionV4 = "ALTER TABLE client ADD COLUMN defaultUser TEXT"

    static let strictV10 = "ALTER TABLE client ADD COLUMN isStrict INTEGER NOT NULL DEFAULT 0 CHECK (isStrict IN (0, 1))"
}
