internal import Relay
internal import Store

/// Who owns the tables and who serves: a service that is taken over can neither change the tables' shape nor drop them.
struct PostgresRoles {
    let schema: String
    var owner: String { schema + "_owner" }
    var server: String { schema + "_serve" }

    init(schema: String) { self.schema = schema }

    /// Of a store that was made with them; nil: whoever made it does both.
    init?(existingFor schema: String, _ connection: any Connection) throws {
        self.schema = schema
        guard try Self.exists(owner, connection) else { return nil }
    }

    /// Within the transaction that makes the schema.
    func make(_ connection: any Connection) throws {
        if try !Self.exists(owner, connection) { try connection.run("CREATE ROLE \(owner)", [], nil) }
        if try !Self.exists(server, connection) { try connection.run("CREATE ROLE \(server) LOGIN", [], nil) }
        try connection.run("GRANT \(owner) TO CURRENT_USER", [], nil)
        try connection.run("CREATE SCHEMA IF NOT EXISTS \(schema) AUTHORIZATION \(owner)", [], nil)
    }

    /// What is made from here to the end of the transaction is the owner's.
    func become(_ connection: any Connection) throws { try connection.run("SET LOCAL ROLE \(owner)", [], nil) }

    func grant(_ connection: any Connection) throws {
        try connection.run("GRANT USAGE ON SCHEMA \(schema) TO \(server)", [], nil)
        try connection.run("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \(schema) TO \(server)", [], nil)
        try connection.run("REVOKE INSERT, UPDATE, DELETE ON step, promise FROM \(server)", [], nil)
        try connection.run("GRANT USAGE ON ALL SEQUENCES IN SCHEMA \(schema) TO \(server)", [], nil)
    }

    private static func exists(_ role: String, _ connection: any Connection) throws -> Bool {
        var isThere = false
        try connection.rows("SELECT 1 FROM pg_roles WHERE rolname = ?", [role], areMany: false) { isThere = try $0.next() }
        return isThere
    }
}
