internal import CPostgres
internal import Foundation
package import Relay

/// Where a store in PostgreSQL is: libpq's address (a URL, or words like `host=… dbname=…` or `service=…`), and the schema in that database. What is not said there
/// comes from libpq's environment, its service and its password file.
package struct PostgresAddress: Sendable, Hashable {
    /// Without a password, for messages and for whoever reads the process list.
    package let place: String
    package let schema: String
    /// The same for every role that uses it, and good as a file's name.
    package let folderName: String
    private let text: String

    static let usualSchema = "mandate"
    /// Seconds that one server is given to answer; several may be named.
    private static let connectTimeout = "5"

    /// Whether a text that says where a store is means one in PostgreSQL.
    package static func isMeant(by text: String) -> Bool {
        ["postgres://", "postgresql://", "service=", "host=", "dbname="].contains { text.hasPrefix($0) }
    }

    /// `?schema=` is ours, the rest libpq's.
    package init(_ text: String) throws(StoreFailure) {
        var (address, schema) = (text, Self.usualSchema)
        if let mark = text.firstIndex(of: "?") {
            var rest = text[text.index(after: mark)...].split(separator: "&")
            rest.removeAll { part in
                guard part.hasPrefix("schema=") else { return false }
                schema = String(part.dropFirst("schema=".count))
                return true
            }
            address = String(text[..<mark]) + (rest.isEmpty ? "" : "?" + rest.joined(separator: "&"))
        }
        let isPlain = schema.unicodeScalars.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" }
        guard isPlain, (1...63).contains(schema.utf8.count), schema.first?.isNumber == false, !schema.hasPrefix("pg_") else {
            throw .conflict("\(schema) cannot be a schema's name: small letters, digits and _")
        }
        self.schema = schema
        self.text = address
        var words: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(address, &words) else {
            defer { PQfreemem(words) }
            throw .conflict("this is no address of a database: \(words.map { Session.line(String(cString: $0)) } ?? "")")
        }
        defer { PQconninfoFree(options) }
        let values = Self.values(options)
        if values["password"] != nil {
            throw .conflict(
                "a password does not belong where others can read it: leave it out here, and put it into ~/.pgpass (or the file that PGPASSFILE names)"
            )
        }
        place = Self.place(values, schema: schema)
        let parts = [values["service"], values["host"] ?? values["hostaddr"], values["port"], values["dbname"], schema]
        folderName = Self.shortened(
            String(parts.compactMap(\.self).joined(separator: "_").map { $0.isLetter || $0.isNumber || ".-_".contains($0) ? $0 : "_" }))
    }

    /// Sockets lie below it, whose paths have at most 107 octets (unix(7)). What is cut off is told apart by its sum (FNV-1a).
    private static func shortened(_ name: String) -> String {
        guard name.utf8.count > 40 else { return name }
        let sum = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return name.prefix(30) + "-" + String(sum, radix: 16)
    }

    private static func place(_ values: [String: String], schema: String) -> String {
        if let service = values["service"] { return "service=\(service)" + (schema == usualSchema ? "" : " (schema \(schema))") }
        let user = values["user"].map { "\($0)@" } ?? ""
        let host = values["host"] ?? values["hostaddr"] ?? ""
        let port = values["port"].map { ":\($0)" } ?? ""
        // A folder of sockets is told as what it is: libpq wants it escaped in a URL.
        let server = host.hasPrefix("/") ? "" : host + port
        var rest = schema == usualSchema ? [] : ["schema=\(schema)"]
        if host.hasPrefix("/") { rest.insert("host=\(host)", at: 0) }
        return "postgres://\(user)\(server)/\(values["dbname"] ?? "")" + (rest.isEmpty ? "" : "?" + rest.joined(separator: "&"))
    }

    private static func values(_ options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }

    /// libpq's connection, good or not; nil: no memory. What the address says goes before what we would like.
    func connect() -> OpaquePointer? {
        var words: [(String, String)] = [
            ("fallback_application_name", "mandate"), ("connect_timeout", Self.connectTimeout),
            // A machine that is gone is noticed in half a minute, not in hours.
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "15000"),
            ("target_session_attrs", "read-write"),
        ]
        if needsEncryption { words.append(("sslmode", "verify-full")) }
        words += [("dbname", text), ("client_encoding", "UTF8")]
        let keywords = words.map { strdup($0.0) }
        let values = words.map { strdup($0.1) }
        defer { for text in keywords + values { free(text) } }
        return PQconnectdbParams(keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
    }

    /// Across a network nobody but the server that was meant may read along. Whoever says otherwise has said so; a service says it in its own file.
    private var needsEncryption: Bool {
        guard let options = PQconninfoParse(text, nil) else { return true }
        defer { PQconninfoFree(options) }
        let values = Self.values(options)
        if values["sslmode"] != nil || values["service"] != nil || getenv("PGSSLMODE") != nil || getenv("PGSERVICE") != nil { return false }
        let host = values["host"] ?? values["hostaddr"] ?? getenv("PGHOST").map { String(cString: $0) } ?? ""
        return !Self.isHere(host)
    }

    private static func isHere(_ hosts: String) -> Bool {
        hosts.split(separator: ",").allSatisfy { $0.hasPrefix("/") || $0.hasPrefix("@") || ["localhost", "127.0.0.1", "::1"].contains($0) }
    }

    /// Why a connection that came about is not to be used: across a network, with whatever encryption there happened to be.
    func objection(to connection: OpaquePointer) -> String? {
        guard let options = PQconninfo(connection) else { return nil }
        defer { PQconninfoFree(options) }
        let values = Self.values(options)
        let host = values["host"] ?? values["hostaddr"] ?? ""
        guard !Self.isHere(host), ["prefer", "allow"].contains(values["sslmode"] ?? "") else { return nil }
        return "the service or environment names \(host) without saying how it is encrypted: add sslmode=verify-full and sslrootcert there"
    }
}
