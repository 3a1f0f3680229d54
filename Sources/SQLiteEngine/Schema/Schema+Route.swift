/// Version 7: messages that wait for a route.
extension Schema {
    static let routeV7 = """
        -- lacksRouteSince: it has had no route since then. withoutRoute: milliseconds that it had none before; neither counts against its days.
        ALTER TABLE message ADD COLUMN lacksRouteSince INTEGER;
        ALTER TABLE message ADD COLUMN withoutRoute INTEGER NOT NULL DEFAULT 0 CHECK (withoutRoute >= 0);
        -- Author and purpose decide which route a message gets, so they are asked about once for all that share them.
        CREATE INDEX messageRoute ON message (author, ifnull(purpose, '')) WHERE lacksRouteSince IS NOT NULL AND state = 'waiting';
        """
}
