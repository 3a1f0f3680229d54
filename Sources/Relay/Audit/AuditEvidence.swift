package import struct FoundationEssentials.Date

/// What reports are made of, read at one time; each of them is pure.
package struct AuditEvidence: Sendable {
    package let snapshot: Snapshot
    package let sightings: [SightingTotal]
    private let withoutSecret: Set<ApplicationID>
    private let uses: [GrantID: GrantUse]
    private let clientDays: [ClientID: Date]

    package init(_ snapshot: Snapshot, from store: some AuditStore & TokenStore & ConsentStore) async throws(StoreFailure) {
        self.snapshot = snapshot
        sightings = try await store.sightings()
        withoutSecret = try await store.applicationsWithoutSecret(snapshot.directory)
        uses = try await store.uses()
        clientDays = try await store.clientDays()
    }

    /// A report of the one says what a report of the other does.
    package func isSame(as other: AuditEvidence) -> Bool {
        snapshot.isSame(as: other.snapshot) && withoutSecret == other.withoutSecret && uses == other.uses && clientDays == other.clientDays
            && sightings == other.sightings
    }

    /// Of a million addresses it takes about a second: nobody else should wait for it.
    package func unauthorized(at now: Date) -> UnauthorizedReport {
        UnauthorizedReport(
            directory: snapshot.directory, conditions: snapshot.conditions, sightings: sightings, now: now, withoutSecret: withoutSecret)
    }

    package func review(at now: Date) -> ReviewReport {
        ReviewReport(snapshot.directory, sightings: sightings, uses: uses, clientDays: clientDays, at: now)
    }

    package func examination(at now: Date) -> Examination {
        Examination(snapshot, uses: uses, sightings: sightings, withoutSecret: withoutSecret, at: now)
    }
}
