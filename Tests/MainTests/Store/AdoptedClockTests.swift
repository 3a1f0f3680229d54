import Foundation
import Synchronization
import Testing

@testable import Main

/// The time of a database that several machines share goes before this machine's, once it is known.
struct AdoptedClockTests {
    @Test func anotherClockIsFollowed() {
        let live = Live.system()
        let there = Mutex<Date?>(nil)
        live.adopt { there.withLock { $0 } }
        #expect(abs(live.now().timeIntervalSinceNow) < 60, "it is not known yet")
        there.withLock { $0 = Date(timeIntervalSince1970: 1) }
        // Each look must cost the same: a closure that is wrapped once more by each would end the process here.
        for _ in 0..<1_000_000 { _ = live.now() }
        #expect(live.now() == Date(timeIntervalSince1970: 1))
    }
}
