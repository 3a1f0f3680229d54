internal import Foundation
package import Relay
package import Store

/// A store in PostgreSQL, durable as far as the server says so when a call returns.
package enum PostgresStore {
    /// Makes a store and opens it. Its journal key comes from `random` and is sealed by the vault.
    package static func create(
        at address: PostgresAddress, vault: Vault, random: @escaping RandomBytes
    ) async throws(StoreFailure) -> DatabaseStore {
        let engine = PostgresEngine(address)
        try await aside {
            try engine.write { connection in
                guard let connection = connection as? PostgresConnection else { preconditionFailure("an engine lends its own connections") }
                guard try !PostgresSchema.bringUpToDate(connection, schema: address.schema).isEmpty else {
                    throw StoreFailure.conflict("there is a store at \(address.place) already")
                }
                try DatabaseStore.furnish(connection, vault: vault, random: random)
            }
        }
        return try await DatabaseStore.open(engine, vault: vault, random: random)
    }

    /// Opens a store. Without a vault everything can be read, and nothing that needs a journal line can be written.
    package static func open(
        at address: PostgresAddress, vault: Vault?, random: @escaping RandomBytes
    ) async throws(StoreFailure) -> DatabaseStore {
        let engine = PostgresEngine(address)
        do throws(StoreFailure) {
            try await engine.read(isLong: false) { try PostgresSchema.check($0, address) }
        } catch {
            await engine.close()
            throw error
        }
        return try await DatabaseStore.open(engine, vault: vault, random: random)
    }

    /// Runs what blocks outside Swift's few cooperative threads.
    private static func aside<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws(StoreFailure) -> Value {
        let result: Result<Value, StoreFailure> = await withCheckedContinuation { done in
            DispatchQueue.global().async { done.resume(returning: Result { try work() }.mapError { StoreFailure($0) }) }
        }
        return try result.get()
    }
}
