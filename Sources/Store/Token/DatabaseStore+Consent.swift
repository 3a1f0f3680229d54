internal import Foundation
package import Relay
package import struct FoundationEssentials.Date

extension DatabaseStore: ConsentStore {
    package func begin(_ attempt: ConsentAttempt) async throws(StoreFailure) {
        try await write { transaction in
            try transaction.run("DELETE FROM consent WHERE startedAt < ?", [attempt.startedAt.addingTimeInterval(-86_400).milliseconds])
            try transaction.insert(attempt)
        }
    }

    package func consent(_ id: ConsentID) async throws(StoreFailure) -> ConsentAttempt? {
        try await read { try $0.consent("id = ?", [id.text]) }
    }

    package func consent(state digest: [UInt8]) async throws(StoreFailure) -> ConsentAttempt? {
        try await read { try $0.consent("stateDigest = ?", [digest]) }
    }

    package func bind(_ id: ConsentID, browser digest: [UInt8]) async throws(StoreFailure) -> Bool {
        try await write { transaction in
            try transaction.change("UPDATE consent SET browserDigest = ? WHERE id = ? AND progress = 'waiting'", [digest, id.text]) == 1
        }
    }

    package func take(_ id: ConsentID, at now: Date) async throws(StoreFailure) -> Bool {
        try await write { transaction in
            try transaction.change(
                "UPDATE consent SET progress = 'taken', endedAt = ? WHERE id = ? AND progress = 'waiting'", [now.milliseconds, id.text])
                == 1
        }
    }

    package func end(_ id: ConsentID, _ progress: ConsentAttempt.Progress, journal: [JournalEntry]) async throws(StoreFailure) {
        try await write { transaction in
            try transaction.end(id, progress)
            try transaction.append(journal)
        }
    }

    package func keep(_ result: ConsentResult) async throws(StoreFailure) -> Bool {
        try await write { transaction in
            guard try transaction.revision(of: result.grant) == result.revision,
                case .grant(var grant)? = try transaction.entity(EntityKey(.grant, result.grant.text))
            else { return false }
            // As a person left it meanwhile, but for whose it is now.
            grant.pin = result.pin
            let name = SecretName(.refreshToken, of: grant.id.text)
            var application = try DirectoryApplication(
                DirectoryEdit(
                    [.put(.grant(grant))], secrets: [SecretChange(name: name, sealed: result.refreshToken)], by: result.by,
                    at: result.at), in: transaction)
            let edition = try application.run()
            let token = result.token
            try transaction.put(
                StoredToken(
                    sealed: token.stored.sealed, obtained: token.stored.obtained, expires: token.stored.expires, revision: edition),
                as: token.key)
            try transaction.observe([.grant(grant.id, nil), .application(grant.application, nil)])
            try transaction.run(
                """
                INSERT INTO grantUse ("grant", consentedAt, usedAt, scope) VALUES (?1, ?2, ?2, ?3)
                ON CONFLICT ("grant") DO UPDATE SET consentedAt = ?2, usedAt = ?2, askedAt = NULL, scope = ?3
                """, [grant.id.text, result.at.milliseconds, result.scope])
            try transaction.end(result.attempt, .granted(at: result.at, words: result.words))
            return true
        }
    }

    package func uses() async throws(StoreFailure) -> [GrantID: GrantUse] {
        let (rows, failures) = try await report { transaction in
            let rows = try transaction.all("SELECT \"grant\", consentedAt, usedAt, scope FROM grantUse") { columns in
                (
                    GrantID(trusted: try columns.text()),
                    GrantUse(
                        consentedAt: try columns.optionalDate(), usedAt: try columns.optionalDate(), scope: try columns.optionalText())
                )
            }
            let failures = try transaction.all("SELECT \"grant\", endedAt, words FROM consent WHERE progress = 'refused' ORDER BY endedAt")
            {
                (GrantID(trusted: try $0.text()), GrantUse.Failure(at: try $0.date(), words: try $0.text()))
            }
            return (rows, failures)
        }
        var uses = Dictionary(rows, uniquingKeysWith: { $1 })
        for (grant, failure) in failures { uses[grant, default: GrantUse()].note(failure) }
        return uses
    }
}

extension Transaction {
    fileprivate func insert(_ it: ConsentAttempt) throws {
        try check(it.sealed)
        let (name, endedAt, words) = it.progress.columns
        try run(
            """
            INSERT INTO consent (id, "grant", application, edition, way, startedAt, expires, redirectURI, scope, stateDigest, browserDigest,
                keyID, sealed, startedBy, progress, endedAt, words)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                it.id.text, it.grant.text, it.application.text, it.revision.number, it.way.rawValue, it.startedAt.milliseconds,
                it.expires.milliseconds, it.redirectURI, it.scope, it.stateDigest, it.browserDigest, it.sealed.keyID,
                it.sealed.bytes, it.startedBy, name, endedAt?.milliseconds, words,
            ])
    }

    fileprivate func end(_ id: ConsentID, _ progress: ConsentAttempt.Progress) throws {
        let (name, endedAt, words) = progress.columns
        try run(
            "UPDATE consent SET progress = ?, endedAt = ?, words = ? WHERE id = ?", [name, endedAt?.milliseconds, words, id.text])
    }

    fileprivate func consent(_ condition: String, _ arguments: Values) throws -> ConsentAttempt? {
        try first(
            """
            SELECT id, "grant", application, edition, way, startedAt, expires, redirectURI, scope, stateDigest, browserDigest, keyID, sealed,
                startedBy, progress, endedAt, words
            FROM consent WHERE \(condition)
            """, arguments
        ) { columns in
            var attempt = ConsentAttempt(
                id: ConsentID(trusted: try columns.text()), grant: GrantID(trusted: try columns.text()),
                application: ApplicationID(trusted: try columns.text()), revision: Edition(try columns.integer()),
                way: try columns.choice(), startedAt: try columns.date(), expires: try columns.date(), redirectURI: try columns.text(),
                scope: try columns.text(), stateDigest: try columns.bytes(), browserDigest: try columns.optionalBytes(),
                sealed: Sealed(keyID: try columns.text(), bytes: try columns.bytes()), startedBy: try columns.text())
            attempt.progress = try ConsentAttempt.Progress(
                try columns.text(), at: try columns.optionalDate(), words: try columns.optionalText() ?? "")
            return attempt
        }
    }
}

extension ConsentAttempt.Progress {
    fileprivate var columns: (name: String, endedAt: Date?, words: String?) {
        switch self {
        case .waiting: ("waiting", nil, nil)
        case .taken(let at): ("taken", at, nil)
        case .granted(let at, let words): ("granted", at, words)
        case .refused(let at, let words): ("refused", at, words)
        }
    }

    fileprivate init(_ name: String, at: Date?, words: String) throws {
        switch (name, at) {
        case ("waiting", nil): self = .waiting
        case ("taken", let at?): self = .taken(at: at)
        case ("granted", let at?): self = .granted(at: at, words: words)
        case ("refused", let at?): self = .refused(at: at, words: words)
        default: throw StoreFailure.damaged("\(name) is no state of a consent")
        }
    }
}
