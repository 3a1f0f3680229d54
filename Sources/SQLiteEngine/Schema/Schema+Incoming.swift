/// Version 6: mailboxes whose incoming mail is read, too.
extension Schema {
    static let incomingV6 = """
        ALTER TABLE mailbox ADD COLUMN isRead INTEGER NOT NULL DEFAULT 0 CHECK (isRead IN (0, 1));
        """
}
