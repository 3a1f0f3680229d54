import Relay
import Synchronization
import TestSupport
import Testing

import struct FoundationEssentials.Date

@testable import Web

/// A report that takes a second of a million users is made once for all who ask before anything has happened.
struct KeptReportTests {
    private final class Maker: Sendable {
        private let count = Mutex(0)

        var made: Int { count.withLock { $0 } }

        @Sendable func make() -> Int {
            count.withLock {
                $0 += 1; return $0
            }
        }
    }

    private static let start = Date(timeIntervalSince1970: 1_800_000_000)

    private static func evidence(_ service: FakeService) async throws -> AuditEvidence {
        try await AuditEvidence(
            Snapshot(directory: try await service.store.directory(), conditions: try await service.store.conditions(of: nil)),
            from: service.store)
    }

    @Test func whoAsksAgainIsGivenTheSame() async throws {
        let (service, maker, kept) = (try await FakeService(), Maker(), KeptReport<Int>())
        let evidence = try await Self.evidence(service)
        #expect(try await kept.report(on: evidence, at: Self.start, maker.make) == 1)
        let same = try await Self.evidence(service)
        #expect(try await kept.report(on: same, at: Self.start.addingTimeInterval(59), maker.make) == 1)
        #expect(maker.made == 1)
    }

    /// What passes is told of by the day, but who looks again an hour later looks at that hour; a clock that was set back is no time that has passed.
    @Test(arguments: [60, 3_600, -1]) func timeMakesItAnew(_ seconds: Double) async throws {
        let (service, maker, kept) = (try await FakeService(), Maker(), KeptReport<Int>())
        let evidence = try await Self.evidence(service)
        _ = try await kept.report(on: evidence, at: Self.start, maker.make)
        #expect(try await kept.report(on: evidence, at: Self.start.addingTimeInterval(seconds), maker.make) == 2)
    }

    @Test func whatHappensMakesItAnew() async throws {
        let (service, maker, kept) = (try await FakeService(), Maker(), KeptReport<Int>())
        _ = try await kept.report(on: Self.evidence(service), at: Self.start, maker.make)
        _ = try await service.store.apply(DirectoryEdit([.put(.setting(SettingKey(.organisation), "Another"))], by: "root", at: Self.start))
        #expect(try await kept.report(on: Self.evidence(service), at: Self.start, maker.make) == 2)
    }

    @Test func manyWhoAskAtOnceWaitForOneMaking() async throws {
        let (service, maker, kept) = (try await FakeService(), Maker(), KeptReport<Int>())
        let evidence = try await Self.evidence(service)
        let answers = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { try await kept.report(on: evidence, at: Self.start, maker.make) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: 1, count: 50) && maker.made == 1)
    }
}
