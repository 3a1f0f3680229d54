internal import GRDB
internal import Relay

/// The shape of a store, as a list of steps that only grows: a step that has shipped is never edited, because stores made with it are out there
/// (`Fixtures/store` keeps one of each).
enum Schema {
    /// "Mand": tells our files from any other SQLite database.
    static let applicationID: Int64 = 0x4D61_6E64

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { database in
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            for part in [directoryV1, spoolV1, journalV1, observedV1] { try database.execute(sql: part) }
        }
        migrator.registerMigration("v2") { try $0.execute(sql: registrationsV2) }
        migrator.registerMigration("v3") { try $0.execute(sql: transmitV3) }
        migrator.registerMigration("v4") { try $0.execute(sql: submissionV4) }
        migrator.registerMigration("v5") { try $0.execute(sql: accessV5) }
        migrator.registerMigration("v6") { try $0.execute(sql: incomingV6) }
        migrator.registerMigration("v7") { try $0.execute(sql: routeV7) }
        migrator.registerMigration("v8") { try $0.execute(sql: doubtV8) }
        migrator.registerMigration("v9") { try $0.execute(sql: accountV9) }
        migrator.registerMigration("v10") { try $0.execute(sql: strictV10) }
        migrator.registerMigration("v11") { database in
            for part in [messageV11, journalV11] { try database.execute(sql: part) }
        }
        migrator.registerMigration("v12") { database in
            for part in [shareV12, filedV12] { try database.execute(sql: part) }
        }
        migrator.registerMigration("v13") { try $0.execute(sql: movedV13) }
        migrator.registerMigration("v14") { try $0.execute(sql: acknowledgedV14) }
        migrator.registerMigration("v15") { try $0.execute(sql: stewardshipV15) }
        migrator.registerMigration("v16") { try $0.execute(sql: dmarcV16) }
        migrator.registerMigration("v17") { try $0.execute(sql: tenantV17) }
        migrator.registerMigration("v18") { try $0.execute(sql: federatedV18) }
        return migrator
    }

    /// Refuses what this program must not touch: another program's database, and a store that a newer Mandate has changed.
    static func check(_ database: Database, path: String) throws {
        let found = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        guard found == applicationID else {
            throw StoreFailure.unavailable("\(path) is not a Mandate store, but some other SQLite database")
        }
        let applied = try migrator.appliedIdentifiers(database)
        if let newer = applied.subtracting(migrator.migrations).min() {
            let known = migrator.migrations.last ?? "none"
            throw StoreFailure.unavailable(
                "\(path) was made by a newer Mandate (its schema has \(newer), this program knows up to \(known)): update this program")
        }
    }
}
