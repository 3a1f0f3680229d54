package import struct FoundationEssentials.Date

/// What the report on unauthorised addresses is made of, read at one time.
package struct UnauthorizedEvidence: Sendable {
    private let snapshot: Snapshot
    private let sightings: [SightingTotal]
    private let withoutSecret: Set<ApplicationID>

    package init(_ snapshot: Snapshot, from store: some AuditStore & TokenStore) async throws(StoreFailure) {
        self.snapshot = snapshot
        sightings = try await store.sightings()
        withoutSecret = try await store.applicationsWithoutSecret(snapshot.directory)
    }

    /// Of a million addresses it takes about a second: nobody else should wait for it.
    package func report(at now: Date, transports: Set<Transport> = Set(Transport.allCases)) -> UnauthorizedReport {
        UnauthorizedReport(
            directory: snapshot.directory, conditions: snapshot.conditions, sightings: sightings, now: now, withoutSecret: withoutSecret,
            transports: transports)
    }
}
