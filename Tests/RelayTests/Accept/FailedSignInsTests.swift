import Mail
import Relay
import Testing

/// Shares of places, and what was tried in vain.
struct FailedSignInsTests {
    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test func eachHasItsShareAndAllHaveALimit() throws {
        let connectionLimit = ConnectionLimit()
        let (one, two) = (
            ConnectionLimit.Visitor.address(try address("192.0.2.1")), ConnectionLimit.Visitor.address(try address("192.0.2.2"))
        )
        #expect(connectionLimit.take(one, most: 3, share: 2) && connectionLimit.take(one, most: 3, share: 2))
        #expect(!connectionLimit.take(one, most: 3, share: 2))
        #expect(connectionLimit.take(two, most: 3, share: 2))
        #expect(!connectionLimit.take(two, most: 3, share: 2), "there are three in all")
        connectionLimit.leave(one)
        #expect(connectionLimit.take(two, most: 3, share: 2))
    }

    @Test func aNetworkOfIPv6IsOneVisitor() throws {
        let connectionLimit = ConnectionLimit()
        #expect(connectionLimit.take(.address(try address("2001:db8::1")), most: 9, share: 1))
        #expect(!connectionLimit.take(.address(try address("2001:db8::ffff:2")), most: 9, share: 1))
        #expect(connectionLimit.take(.address(try address("2001:db8:0:1::1")), most: 9, share: 1))
        connectionLimit.leave(.address(try address("2001:db8::1")))
        #expect(connectionLimit.take(.address(try address("2001:db8::3")), most: 9, share: 1))
    }

    @Test func eachVisitorIsCountedApart() throws {
        let failures = FailedSignIns(memory: 600)
        let (here, there) = (try address("192.0.2.1"), try address("192.0.2.2"))
        #expect((0..<3).map { failures.add(.name("ann", from: here), at: Double($0)) } == [1, 2, 3])
        #expect(failures.add(.name("ANN", from: here), at: 3) == 4)
        #expect(failures.add(.name("rob", from: here), at: 3) == 1)
        #expect(failures.add(.name("ann", from: there), at: 3) == 1)
        #expect(failures.record(of: .name("ann", from: here), at: 3)?.failures == 4)
        #expect(failures.record(of: .name("ann", from: here), at: 603) == nil, "it is forgotten after a while")
        #expect(failures.add(.name("ann", from: here), at: 603) == 1)
        failures.forgive(.name("ann", from: here))
        #expect(failures.record(of: .name("ann", from: here), at: 603) == nil)
    }

    /// An attacker with a hundred thousand addresses costs a bounded amount of memory, and is not forgotten by it.
    @Test func whoGoesOnIsNotForgottenForTheCrowd() throws {
        let failures = FailedSignIns(memory: 3600, most: 100)
        let guesser = FailedSignIns.Visitor.name("ann", from: try address("192.0.2.1"))
        for number in 0..<10_000 {
            failures.add(.anyone("name \(number)"), at: 0)
            if number.isMultiple(of: 50) { failures.add(guesser, at: 0) }
        }
        #expect(failures.record(of: guesser, at: 0)?.failures == 200)
        #expect(failures.record(of: .anyone("name 1"), at: 0) == nil)
        #expect(failures.record(of: .anyone("name 9999"), at: 0)?.failures == 1)
    }
}
