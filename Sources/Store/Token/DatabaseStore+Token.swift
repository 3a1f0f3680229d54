internal import Foundation
package import Relay
package import struct FoundationEssentials.Date

extension DatabaseStore: TokenStore {
    package func credentials(of grant: GrantID) async throws(StoreFailure) -> Credentials? {
        try await read { transaction in
            guard let revision = try transaction.revision(of: grant), let source = try transaction.source(of: grant) else { return nil }
            let application = source.application.id.text
            return Credentials(
                source: source, revision: revision, clientSecret: try transaction.secret(SecretName(.clientSecret, of: application)),
                privateKey: try transaction.secret(SecretName(.privateKey, of: application)),
                refreshToken: try transaction.secret(SecretName(.refreshToken, of: grant.text)))
        }
    }

    package func token(_ key: TokenKey) async throws(StoreFailure) -> StoredToken? {
        try await read { transaction in
            try transaction.first(
                "SELECT keyID, sealed, obtained, expires, edition FROM token WHERE name = ?", [key.description]
            ) { columns in
                StoredToken(
                    sealed: Sealed(keyID: try columns.text(), bytes: try columns.bytes()), obtained: try columns.date(),
                    expires: try columns.date(), revision: Edition(try columns.integer()))
            }
        }
    }

    /// The longest that anyone takes a lease for: one that runs on for longer was taken while the clock was wrong.
    private static let longestLease: Double = 3600

    /// The holder may take it again, which prolongs it.
    package func takeLease(_ name: String, holder: String, at now: Date, until: Date) async throws(StoreFailure) -> Bool {
        try await write { transaction in
            try transaction.change(
                """
                INSERT INTO lease (name, holder, until) VALUES (?1, ?2, ?3)
                ON CONFLICT (name) DO UPDATE SET holder = ?2, until = ?3 WHERE lease.holder = ?2 OR lease.until <= ?4 OR lease.until > ?5
                """,
                [
                    name, holder, until.milliseconds, now.milliseconds, now.addingTimeInterval(Self.longestLease).milliseconds,
                ]) == 1
        }
    }

    package func dropLease(_ name: String, holder: String) async throws(StoreFailure) {
        try await write { transaction in
            try transaction.run("DELETE FROM lease WHERE name = ? AND holder = ?", [name, holder])
            return
        }
    }

    package func keep(_ renewal: Renewal) async throws(StoreFailure) -> RenewalEnd {
        try await write { transaction in
            guard let revision = try transaction.revision(of: renewal.key.grant) else { return .overtaken }
            if let rotation = renewal.rotation {
                let name = SecretName(.refreshToken, of: renewal.key.grant.text)
                guard try transaction.secret(name) == rotation.from else { return .otherRefreshToken }
                // A machine's doing, not a person's: the edition stays, and with it the tokens had from the one before.
                try transaction.put(rotation.to, as: name)
            }
            let holds = try transaction.exists("SELECT 1 FROM lease WHERE name = ? AND holder = ?", [renewal.lease, renewal.holder])
            guard holds, revision == renewal.token.revision else {
                // The provider has answered, and what it gave in place of the refresh token is here.
                try transaction.run("UPDATE grantUse SET askedAt = NULL WHERE \"grant\" = ?", [renewal.key.grant.text])
                return .overtaken
            }
            try transaction.run("DELETE FROM lease WHERE name = ?", [renewal.lease])
            try transaction.put(renewal.token, as: renewal.key)
            try transaction.observe(renewal.observations)
            try transaction.run(
                "INSERT INTO grantUse (\"grant\", usedAt) VALUES (?1, ?2) ON CONFLICT (\"grant\") DO UPDATE SET usedAt = ?2, askedAt = NULL",
                [renewal.key.grant.text, renewal.token.obtained.milliseconds])
            return .kept
        }
    }

    package func beginAsking(_ grant: GrantID, at now: Date) async throws(StoreFailure) -> Date? {
        try await write { transaction in
            let before = try transaction.first("SELECT askedAt FROM grantUse WHERE \"grant\" = ?", [grant.text]) { try $0.optionalDate() }
            try transaction.run(
                "INSERT INTO grantUse (\"grant\", askedAt) VALUES (?1, ?2) ON CONFLICT (\"grant\") DO UPDATE SET askedAt = coalesce(grantUse.askedAt, ?2)",
                [grant.text, now.milliseconds])
            return before ?? nil
        }
    }

    package func endAsking(_ grant: GrantID) async throws(StoreFailure) {
        try await write { transaction in
            try transaction.run("UPDATE grantUse SET askedAt = NULL WHERE \"grant\" = ?", [grant.text])
            return
        }
    }

    package func secret(_ name: SecretName) async throws(StoreFailure) -> Sealed? { try await read { try $0.secret(name) } }
}

extension Transaction {
    /// The last change that voids tokens of this grant.
    func revision(of grant: GrantID) throws -> Edition? {
        try first(
            """
            SELECT \(dialect.greatest)(a.edition, g.edition, p.edition) FROM "grant" g JOIN application a ON a.id = g.application
                JOIN provider p ON p.id = a.provider
            WHERE g.id = ?
            """, [grant.text]
        ) { Edition(try $0.integer()) }
    }

    fileprivate func source(of id: GrantID) throws -> GrantSource? {
        guard case .grant(let grant)? = try entity(EntityKey(.grant, id.text)),
            case .application(let application)? = try entity(EntityKey(.application, grant.application.text)),
            case .provider(let provider)? = try entity(EntityKey(.provider, application.provider.text))
        else { return nil }
        return GrantSource(grant: grant, application: application, provider: provider)
    }

    func secret(_ name: SecretName) throws -> Sealed? {
        let query =
            switch name.kind {
            case .accessToken: (sql: "SELECT keyID, sealed FROM token WHERE name = ?", arguments: [name.owner] as Values)
            case .consent: (sql: "SELECT keyID, sealed FROM consent WHERE id = ?", arguments: [name.owner] as Values)
            case .clientSecret, .privateKey, .refreshToken, .journalKey:
                (
                    sql: "SELECT keyID, sealed FROM secret WHERE kind = ? AND owner = ?",
                    arguments: [name.kind.rawValue, name.owner] as Values
                )
            }
        return try first(query.sql, query.arguments) { Sealed(keyID: try $0.text(), bytes: try $0.bytes()) }
    }

    func put(_ sealed: Sealed, as name: SecretName) throws {
        try check(sealed)
        try run(
            "INSERT INTO secret (kind, owner, keyID, sealed) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (kind, owner) DO UPDATE SET keyID = ?3, sealed = ?4",
            [name.kind.rawValue, name.owner, sealed.keyID, sealed.bytes])
    }

    func put(_ token: StoredToken, as key: TokenKey) throws {
        try check(token.sealed)
        try run(
            """
            INSERT INTO token (name, "grant", keyID, sealed, obtained, expires, edition) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (name) DO UPDATE SET "grant" = ?2, keyID = ?3, sealed = ?4, obtained = ?5, expires = ?6, edition = ?7
            """,
            [
                key.description, key.grant.text, token.sealed.keyID, token.sealed.bytes, token.obtained.milliseconds,
                token.expires.milliseconds, token.revision.number,
            ])
    }
}
