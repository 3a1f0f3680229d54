import Foundation
import Mail
import Relay
import TestSupport
import Testing

@testable import Web

/// What of log-ins that fail is an entry of the journal, and how many entries a stranger can make.
struct SignInRecordTests {
    private static let ann = Client(
        id: ClientID(trusted: "c-ann"), name: "ann", credential: .key(sha256: Array(repeating: 1, count: 32)), roles: [.administrator])

    private static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    private static func failure(
        _ record: SignInRecord, _ client: Client?, from text: String, after seconds: Double = 0
    ) throws -> JournalEntry? {
        record.failure(of: client, from: try address(text), at: .console, at: Samples.time(seconds))
    }

    @Test func theFirstOfARowIsToldAndTheOneThatSlowsDown() throws {
        let record = SignInRecord()
        let told = try (1...50).compactMap { try Self.failure(record, Self.ann, from: "192.0.2.7", after: Double($0)) }
        #expect(told.map { $0.facts.last } == [.init("tries", "1"), .init("tries", "5")])
        let entry = try #require(told.first)
        #expect(entry.kind == .signInFailed && entry.facts.contains(.init("client", "c-ann")))
        #expect(entry.personal == [.init(.person, "ann"), .init(.origin, "192.0.2.7")])
        #expect(try Self.failure(record, Self.ann, from: "192.0.2.8", after: 60) != nil, "somebody else")
        #expect(try Self.failure(record, Self.ann, from: "192.0.2.7", after: 7200) != nil, "an hour later it is another row")
    }

    /// What was typed for a name may be a password, and there are more of them than a journal has room for.
    @Test func aNameThatIsNobodysIsNotTold() throws {
        let record = SignInRecord()
        let told = try (0..<4).compactMap { _ in try Self.failure(record, nil, from: "192.0.2.7") }
        #expect(told.count == 1)
        #expect(told[0].personal == [.init(.person, ""), .init(.origin, "192.0.2.7")])
    }

    @Test func anHourHasALimitHoweverManyNetworks() throws {
        let record = SignInRecord()
        let networks = (0..<2000).map { "10.0.\($0 / 250).\($0 % 250)" }
        #expect(try networks.compactMap { try Self.failure(record, nil, from: $0) }.count == 100)
        #expect(try Self.failure(record, Self.ann, from: "192.0.2.7") != nil, "noise hides nothing of somebody's")
        #expect(try Self.failure(record, nil, from: "192.0.2.7", after: 3600) != nil)
    }

    @Test func whoComesInBeginsAnew() throws {
        let record = SignInRecord()
        _ = try Self.failure(record, Self.ann, from: "192.0.2.7")
        let entry = record.success(of: Self.ann, from: try Self.address("192.0.2.7"), at: Samples.time(1))
        #expect(entry.kind == .signedIn && entry.personal == [.init(.person, "ann"), .init(.origin, "192.0.2.7")])
        #expect(try Self.failure(record, Self.ann, from: "192.0.2.7", after: 2) != nil)
    }
}
