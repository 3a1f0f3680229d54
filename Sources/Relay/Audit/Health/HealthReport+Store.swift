package import struct FoundationEssentials.Date

extension DirectoryStore where Self: ConditionsStore & ConsentStore & TokenStore {
    /// How everything stands, from what this store holds.
    package func healthReport(at now: Date) async throws(StoreFailure) -> HealthReport {
        let addresses = Set(try await directory(of: DirectorySlice()).allMailboxes.map(\.address))
        let directory = try await directory(of: DirectorySlice(addresses: addresses))
        return HealthReport(
            directory, try await conditions(of: addresses), uses: try await uses(),
            withoutSecret: try await applicationsWithoutSecret(directory), at: now)
    }
}
