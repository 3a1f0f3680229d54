import Relay
import struct FoundationEssentials.Date

/// The newest report of a kind, with what it was made of.
actor KeptReport<Report: Sendable> {
    private var kept: (evidence: AuditEvidence, at: Date, making: Task<Report, any Error>)?

    /// Seconds in which the time alone makes no difference to an auditor: what passes is told of by the day.
    private static var lifetime: Double { 60 }

    func report(on evidence: AuditEvidence, at now: Date, _ make: @escaping @Sendable () -> Report) async throws -> Report {
        if let kept, kept.evidence.isSame(as: evidence), (0..<Self.lifetime).contains(now.timeIntervalSince(kept.at)) {
            return try await kept.making.value
        }
        let before = kept?.making
        let making = Task {
            _ = await before?.result
            return try await Aside.run(make)
        }
        kept = (evidence, now, making)
        return try await making.value
    }
}
