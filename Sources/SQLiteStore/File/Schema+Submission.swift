/// Version 4: a client's own user.
extension Schema {
    static let submissionV4 = "ALTER TABLE client ADD COLUMN defaultUser TEXT"
}
