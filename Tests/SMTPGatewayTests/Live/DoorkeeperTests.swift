import Mail
import NIOCore
import Testing

@testable import SMTPGateway

/// Shares of connections, and the patience with guessers.
struct DoorkeeperTests {
    private func address(_ text: String) throws -> Doorkeeper.Visitor { .address(try #require(IPAddress(text))) }

    @Test func eachHasItsShareAndAllHaveALimit() throws {
        let keeper = Doorkeeper()
        let (one, two) = (try address("192.0.2.1"), try address("192.0.2.2"))
        #expect(keeper.enter(one, most: 3, share: 2) && keeper.enter(one, most: 3, share: 2))
        #expect(!keeper.enter(one, most: 3, share: 2))
        #expect(keeper.enter(two, most: 3, share: 2))
        #expect(!keeper.enter(two, most: 3, share: 2), "there are three in all")
        keeper.leave(one)
        #expect(keeper.enter(two, most: 3, share: 2))
    }

    @Test func aNetworkOfIPv6IsOneVisitor() throws {
        let keeper = Doorkeeper()
        #expect(keeper.enter(try address("2001:db8::1"), most: 9, share: 1))
        #expect(!keeper.enter(try address("2001:db8::ffff:2"), most: 9, share: 1))
        #expect(keeper.enter(try address("2001:db8:0:1::1"), most: 9, share: 1))
        keeper.leave(try address("2001:db8::1"))
        #expect(keeper.enter(try address("2001:db8::3"), most: 9, share: 1))
    }

    @Test func guessersWaitLongerAndAreSentAway() throws {
        let keeper = Doorkeeper()
        let guesser = try address("192.0.2.1")
        let start = NIODeadline.uptimeNanoseconds(1)
        let delays = (0..<12).map { _ in keeper.failed(guesser, at: start) }
        #expect(delays.map(\.delay) == [1, 2, 4].map { .seconds($0) } + Array(repeating: .seconds(8), count: 9))
        #expect(delays.map(\.isEnough) == Array(repeating: false, count: 9) + Array(repeating: true, count: 3))
        #expect(keeper.failed(try address("192.0.2.2"), at: start).delay == .seconds(1), "another is not to blame")
        let later = keeper.failed(guesser, at: start + .minutes(11))
        #expect(later.delay == .seconds(1) && !later.isEnough, "it is forgotten after a while")
    }
}
