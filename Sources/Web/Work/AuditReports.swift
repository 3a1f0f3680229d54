package import Relay
package import struct FoundationEssentials.Date

/// The reports that take about a second of a million users. Who asks again before anything has happened is given what was made already, as are two who ask at
/// once; so what a person reads, opens and acknowledges costs once. At most one of a kind is being made.
package final class AuditReports: Sendable {
    private let snapshots: Snapshots
    private let store: any Store
    private let unauthorizedReports = KeptReport<UnauthorizedReport>()
    private let lintFindings = KeptReport<[Finding]>()

    init(_ snapshots: Snapshots, _ store: any Store) {
        self.snapshots = snapshots
        self.store = store
    }

    package func evidence() async throws(StoreFailure) -> AuditEvidence { try await AuditEvidence(snapshots.current, from: store) }

    package func unauthorized(at now: Date) async throws -> UnauthorizedReport {
        let evidence = try await evidence()
        return try await unauthorizedReports.report(on: evidence, at: now) { evidence.unauthorized(at: now) }
    }

    package func lint(at now: Date) async throws -> [Finding] {
        let evidence = try await evidence()
        return try await lintFindings.report(on: evidence, at: now) { evidence.examination(at: now).lint }
    }
}
