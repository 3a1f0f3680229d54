internal import Foundation
package import Relay
package import Store

/// A store in PostgreSQL, durable as far as the server says so when a call returns.
package enum PostgresStore {
    /// What a new store is made like.
    package struct Plan: Sendable {
        /// A role that owns the tables and one that serves, named after the schema. Otherwise whoever makes it does both.
        package var hasRoles: Bool
        package var promise: Durability.Promise

        package init(hasRoles: Bool = false, promise: Durability.Promise = .flushed) {
            self.hasRoles = hasRoles
            self.promise = promise
        }

        /// Throws where the server does not keep what is to be promised.
        fileprivate func check(_ connection: any Connection) throws {
            guard let objection = try Durability.read(connection).objection(to: promise) else { return }
            throw StoreFailure.unavailable("the database does not promise that a message is \(promise.rawValue): \(objection)")
        }
    }

    /// Makes a store and opens it. Its journal key comes from `random` and is sealed by the vault.
    package static func create(
        at address: PostgresAddress, folder: String, vault: Vault, random: @escaping RandomBytes, _ plan: Plan = Plan()
    ) async throws(StoreFailure) -> DatabaseStore {
        try await aside {
            let connection = try PostgresConnection(address)
            try plan.check(connection)
            let roles = plan.hasRoles ? PostgresRoles(schema: address.schema) : nil
            guard try !PostgresSchema.bringUpToDate(connection, schema: address.schema, roles).isEmpty else {
                throw StoreFailure.conflict("there is a store at \(address.place) already")
            }
            try connection.run("UPDATE promise SET durability = ?", [plan.promise.rawValue], nil)
            try DatabaseStore.furnish(connection, vault: vault, random: random)
        }
        return try await open(at: address, folder: folder, vault: vault, random: random)
    }

    /// Makes a store of what `fill` brings into its empty tables; it cannot be served unless that is done. One that was not done is done anew.
    package static func make(
        at address: PostgresAddress, _ plan: Plan, _ fill: @escaping @Sendable (any Engine) async throws -> Void
    ) async throws {
        try await aside {
            let connection = try PostgresConnection(address)
            try plan.check(connection)
            if try PostgresSchema.isThere(connection) {
                var isUnfinished = false
                try connection.rows("SELECT movedTo IS NOT DISTINCT FROM ? FROM meta", [StoreCopy.unfinished], areMany: false) { rows in
                    isUnfinished = try !rows.next() || rows.integer(0) != 0
                }
                if !isUnfinished { throw StoreFailure.conflict("there is a store at \(address.place) already") }
            } else {
                _ = try PostgresSchema.bringUpToDate(
                    connection, schema: address.schema, plan.hasRoles ? PostgresRoles(schema: address.schema) : nil)
                try connection.run("UPDATE promise SET durability = ?", [plan.promise.rawValue], nil)
                _ = try connection.change("UPDATE meta SET movedTo = ?", [StoreCopy.unfinished])
            }
        }
        let engine = PostgresEngine(address)
        do { try await fill(engine) } catch {
            await engine.close()
            throw error
        }
        await engine.close()
    }

    /// Whether there is a store, of whatever version.
    package static func exists(at address: PostgresAddress) async throws(StoreFailure) -> Bool {
        try await aside { try PostgresSchema.isThere(PostgresConnection(address)) }
    }

    /// Brings a store's tables up to date, as their owner; returns the steps that were missing.
    package static func upgrade(_ address: PostgresAddress) async throws(StoreFailure) -> [String] {
        try await aside {
            let connection = try PostgresConnection(address)
            if try PostgresSchema.isCurrent(connection, address) { return [] }
            return try PostgresSchema.bringUpToDate(
                connection, schema: address.schema, PostgresRoles(existingFor: address.schema, connection))
        }
    }

    /// Opens a store. Without a vault everything can be read, and nothing that needs a journal line can be written.
    package static func open(
        at address: PostgresAddress, folder: String, vault: Vault?, random: @escaping RandomBytes
    ) async throws(StoreFailure) -> DatabaseStore {
        let engine = PostgresEngine(address)
        do throws(StoreFailure) {
            try await engine.read(isLong: false) { try PostgresSchema.check($0, address) }
        } catch {
            await engine.close()
            throw error
        }
        return try await DatabaseStore.open(engine, folder: folder, vault: vault, random: random)
    }

    /// What there is to be said of the database; nil: the store is in none.
    package static func report(on store: DatabaseStore) async throws(StoreFailure) -> PostgresReport? {
        guard let engine = store.engine as? PostgresEngine else { return nil }
        return try await engine.read(isLong: false) { try PostgresReport($0, engine.address) }
    }

    /// Runs what blocks outside Swift's few cooperative threads.
    private static func aside<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws(StoreFailure) -> Value {
        let result: Result<Value, StoreFailure> = await withCheckedContinuation { done in
            DispatchQueue.global().async { done.resume(returning: Result { try work() }.mapError { StoreFailure($0) }) }
        }
        return try result.get()
    }
}
