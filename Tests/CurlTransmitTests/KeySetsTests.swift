import Relay
import Synchronization
import TestSupport
import Testing

@testable import CurlTransmit

/// Signing keys are had once an hour, and at once where those at hand do not do.
struct KeySetsTests {
    /// A provider that gives its key another value under the same name, seconds after we looked, fails no consent.
    @Test func aKeyThatDoesNotFitIsLookedForAtOnceAndOnceAMinute() async throws {
        let clock = FakeClock()
        let fetched = Mutex(0)
        let sets = KeySets(now: { clock.now }) { _, _ throws(IdentityFailure) in
            fetched.withLock { $0 += 1 }
            return Array(#"{"keys":[]}"#.utf8)
        }
        func look(isNewest: Bool) async throws -> Int {
            _ = try await sets.keys(at: "https://id.example/keys", trusting: nil, isNewest: isNewest)
            return fetched.withLock { $0 }
        }
        #expect(try await look(isNewest: false) == 1)
        clock.advance(by: 5)
        #expect(try await look(isNewest: false) == 1)
        #expect(try await look(isNewest: true) == 2)
        #expect(try await look(isNewest: true) == 2, "anyone can send a token that no key fits")
        clock.advance(by: 61)
        #expect(try await look(isNewest: true) == 3)
        clock.advance(by: 3_601)
        #expect(try await look(isNewest: false) == 4)
    }
}
