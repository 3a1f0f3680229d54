import Relay
import Testing

import struct FoundationEssentials.Date

/// When a message is tried again.
struct SpoolScheduleTests {
    private let start = Date(timeIntervalSince1970: 1_800_000_000)
    private let schedule = RetrySchedule()

    private func wait(_ attempt: Int, age: Double = 0, notBefore: Double? = nil, spread: Double = 0.5) -> Double? {
        let now = start.addingTimeInterval(age)
        return schedule.nextAttempt(after: attempt, acceptedAt: start, at: now, notBefore: notBefore, spread: spread)?.timeIntervalSince(
            now)
    }

    @Test(
        arguments: [
            (1, 60.0), (2, 120), (3, 240), (4, 480), (5, 960), (6, 1920), (7, 3840), (8, 7680), (9, 14_400), (10, 14_400), (1000, 14_400),
            (Int.max, 14_400), (0, 60), (-5, 60),
        ] as [(Int, Double)]) func doublesUpToFourHours(_ attempt: Int, _ seconds: Double)
    { #expect(wait(attempt) == seconds) }

    @Test(arguments: [(0.0, 48.0), (0.25, 54), (0.5, 60), (1, 72)] as [(Double, Double)]) func spreads(_ spread: Double, _ seconds: Double)
        throws
    {
        #expect(abs(try #require(wait(1, spread: spread)) - seconds) < 1e-6)
    }

    @Test(arguments: [(10.0, 60.0), (60, 60), (61, 61), (3600, 3600), (0, 60), (-100, 60)] as [(Double, Double)])
    func laterWishIsHonoured(_ notBefore: Double, _ seconds: Double) { #expect(wait(1, notBefore: notBefore) == seconds) }

    @Test func lastTryIsAtTheEndOfFiveDays() {
        let lifetime = 5 * 86_400.0
        #expect(wait(20, age: lifetime - 60) == 60)
        #expect(wait(20, age: lifetime - 1, notBefore: 86_400) == 1)
        #expect(wait(1, age: 0, notBefore: 1e9) == lifetime)
        #expect(wait(20, age: lifetime) == nil)
        #expect(wait(1, age: lifetime + 1e6) == nil)
    }

    @Test func clockThatWentBackDoesNotEndAMessage() { #expect(wait(1, age: -86_400) == 60) }

    /// From the first attempt to the last: bounded in number as well as in time.
    @Test func fiveDaysAreAFewDozenAttempts() {
        var now = start
        var attempts = 0
        while let next = schedule.nextAttempt(after: attempts + 1, acceptedAt: start, at: now, spread: 0) {
            #expect(next > now)
            now = next
            attempts += 1
        }
        #expect((30...60).contains(attempts))
        #expect(now == start.addingTimeInterval(5 * 86_400))
    }
}
