internal import Relay
internal import Store

/// A store's database as its administrator wants to know it.
package struct PostgresReport: Sendable, Hashable {
    package let version: String
    /// The role that asked.
    package let role: String
    package let isOwner: Bool
    /// A role made for serving; nil: there is none.
    package let servingRole: String?
    /// How the connection is encrypted; nil: it is not.
    package let encryption: String?
    package let isPooled: Bool
    package let durability: Durability
    package let promise: Durability.Promise
    /// Octets of all its tables.
    package let size: Int64

    /// Why what was promised is not kept; nil: it is.
    package var objection: String? { durability.objection(to: promise) }

    /// What becomes of a message that was accepted.
    package var promiseLines: [String] {
        var lines = ["durability: \(durability.words)"]
        if let objection { lines.append("promised was \(promise.rawValue), and is not there: \(objection)") }
        if durability.standbys == 0, promise == .replicated { lines.append("no standby is connected: commits wait until one is") }
        if let servingRole, isOwner {
            lines.append(
                "serve it as \(servingRole), which can change no table's shape; give it a password: \\password \(servingRole) in psql, and ~/.pgpass here"
            )
        }
        return lines
    }

    init(_ connection: any Connection, _ address: PostgresAddress) throws {
        durability = try Durability.read(connection)
        isPooled = (connection as? PostgresConnection)?.isPooled == true
        var found: (version: String, role: String, isOwner: Bool, server: String?, encryption: String?, size: Int64, promise: String)?
        let sql = """
            SELECT current_setting('server_version'), current_user, pg_has_role((SELECT relowner FROM pg_class WHERE oid = 'step'::regclass), 'USAGE'),
                (SELECT rolname FROM pg_roles WHERE rolname = ?), (SELECT version || ' ' || cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl),
                (SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'),
                (SELECT durability FROM promise)
            """
        try connection.rows(sql, [PostgresRoles(schema: address.schema).server], areMany: false) { rows in
            guard try rows.next() else { return }
            func text(_ column: Int) -> String { String(decoding: rows.text(column), as: UTF8.self) }
            found = (
                text(0), text(1), rows.integer(2) != 0, rows.kind(3) == nil ? nil : text(3), rows.kind(4) == nil ? nil : text(4),
                rows.integer(5),
                text(6)
            )
        }
        guard let found, let promise = Durability.Promise(rawValue: found.promise) else {
            throw StoreFailure.damaged("the store's own rows are missing")
        }
        (version, role, isOwner) = (found.version, found.role, found.isOwner)
        (servingRole, encryption, size, self.promise) = (found.server, found.encryption, found.size, promise)
    }
}
