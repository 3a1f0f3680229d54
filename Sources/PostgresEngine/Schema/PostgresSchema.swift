internal import Relay
internal import Store

/// The shape of a store, as a list of steps that only grows: a step that has shipped is never edited.
enum PostgresSchema {
    /// A step's name and statements.
    private static let steps: [(name: String, parts: [String])] = [
        ("v1", [directoryV1, spoolV1, journalV1, observedV1, serviceV1]), ("v2", [sumsV2, spoolV2, serviceV2]),
        ("v3", [acknowledgedV3]), ("v4", [stewardshipV4]), ("v5", [dmarcV5]),
        ("v6", [tenantV6]), ("v7", [federatedV7]),
    ]

    static var current: String { steps.last?.name ?? "" }

    /// Makes what is missing, all of it or nothing; returns the names of the steps that were. Two who do it at once do it one after the other.
    static func bringUpToDate(_ connection: PostgresConnection, schema: String, _ roles: PostgresRoles?) throws -> [String] {
        try connection.committing {
            try connection.run("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", ["mandate schema \(schema)"], nil)
            if let roles {
                try roles.make(connection)
                try roles.become(connection)
            } else {
                try connection.run("CREATE SCHEMA IF NOT EXISTS \(schema)", [], nil)
            }
            try connection.run("CREATE TABLE IF NOT EXISTS step (name text PRIMARY KEY)", [], nil)
            let known = try applied(connection)
            let missing = steps.filter { !known.contains($0.name) }
            for step in missing {
                for statement in step.parts.flatMap(statements) { try connection.run(statement, [], nil) }
                try connection.run("INSERT INTO step (name) VALUES (?)", [step.name], nil)
            }
            if !missing.isEmpty { try roles?.grant(connection) }
            return missing.map(\.name)
        } ?? []
    }

    /// Refuses what this program must not touch: what is no store, and one that another version has changed.
    static func check(_ connection: any Connection, _ address: PostgresAddress) throws {
        guard try isCurrent(connection, address) else {
            throw StoreFailure.unavailable("\(address.place) was made by an older Mandate; bring it up to date as its owner: mandate init")
        }
    }

    static func isThere(_ connection: any Connection) throws -> Bool {
        var isThere = false
        try connection.rows("SELECT to_regclass('step') IS NOT NULL", [], areMany: false) { rows in
            if try rows.next() { isThere = rows.integer(0) != 0 }
        }
        return isThere
    }

    /// False: an older Mandate made it.
    static func isCurrent(_ connection: any Connection, _ address: PostgresAddress) throws -> Bool {
        guard try isThere(connection) else { throw StoreFailure.notFound("store at \(address.place)") }
        let known = try applied(connection)
        if let newer = known.subtracting(steps.map(\.name)).min() {
            throw StoreFailure.unavailable(
                "\(address.place) was made by a newer Mandate (its schema has \(newer), this program knows up to \(current)): update this program"
            )
        }
        return known.count == steps.count
    }

    private static func applied(_ connection: any Connection) throws -> Set<String> {
        var names: Set<String> = []
        try connection.rows("SELECT name FROM step", [], areMany: false) { rows in
            while try rows.next() { names.insert(String(decoding: rows.text(0), as: UTF8.self)) }
        }
        return names
    }

    /// One by one, since the server prepares no more than one at a time. No text of ours has a semicolon but at its statement's end.
    private static func statements(_ part: String) -> [String] {
        part.split(separator: ";\n").map { statement in
            // Texts compare by their octets here as everywhere else in the store, whatever language the database was made for.
            String(statement).replacing(" TEXT", with: " text COLLATE \"C\"")
        }
    }

    /// Who writes, and who serves.
    ///
    /// A writer's row is locked by each of its commits; whoever takes the right to serve removes the one of him who had it. The one row of
    /// `service` is the right to send: it belongs to one process at a time, for as long as its term runs by this database's clock. `promise` is what was said of a
    /// message that was accepted when the store was made.
    static let serviceV1 = """
        CREATE TABLE writer (
            name TEXT NOT NULL PRIMARY KEY,
            batch BIGINT NOT NULL,
            at TIMESTAMPTZ NOT NULL
        ) WITH (fillfactor = 50);
        CREATE TABLE service (
            id BIGINT PRIMARY KEY CHECK (id = 1),
            term BIGINT NOT NULL,
            node TEXT NOT NULL,
            incarnation TEXT NOT NULL,
            host TEXT NOT NULL,
            writer TEXT NOT NULL,
            until TIMESTAMPTZ NOT NULL
        );
        CREATE TABLE promise (
            id BIGINT PRIMARY KEY CHECK (id = 1),
            durability TEXT NOT NULL CHECK (durability IN ('none', 'flushed', 'replicated'))
        );
        INSERT INTO promise (id, durability) VALUES (1, 'flushed');
        """

    /// Each commit leaves a row here, and the last some hundred stay: whoever lost the connection in the middle of one finds out what became of it. In a row of the
    /// writer's that all of them change, each would go through as many versions as there are since the oldest snapshot.
    static let serviceV2 = """
        CREATE TABLE commitMark (
            writer TEXT NOT NULL,
            batch BIGINT NOT NULL,
            PRIMARY KEY (writer, batch)
        );
        ALTER TABLE commitMark SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
        ALTER TABLE writer DROP COLUMN batch;
        """
}
