import Mail
import Relay
import TestSupport
import Testing

/// Who gets in by what it shows.
struct AdmissionTests {
    private func client(_ name: String, _ credential: Client.Credential, isEnabled: Bool = true) -> Client {
        Client(id: ClientID(trusted: name), name: name, credential: credential, isEnabled: isEnabled)
    }

    private func directory(_ clients: Client...) -> Directory { Directory(clients.map { .client($0) }, edition: Edition(1)) }

    @Test func aKeyNeedsItsName() {
        let digest = [UInt8](repeating: 7, count: 32)
        let directory = directory(client("app", .key(sha256: digest)), client("old", .key(sha256: digest), isEnabled: false))
        #expect(directory.client(.key(name: "app", sha256: digest))?.name == "app")
        #expect(directory.client(.key(name: "App", sha256: digest)) == nil)
        #expect(directory.client(.key(name: "old", sha256: digest)) == nil)
        #expect(directory.client(.key(name: "app", sha256: Array(digest.dropLast()))) == nil)
        #expect(directory.client(.key(name: "app", sha256: digest.dropLast() + [8])) == nil)
    }

    @Test(arguments: [
        ("192.0.2.17", "one"), ("192.0.2.18", "net"), ("::ffff:192.0.2.17", "one"), ("2001:db8::1", "six"), ("192.0.3.1", nil),
        ("2001:db9::1", nil), ("192.0.2.99", "net"),
    ])
    func theSmallestNetworkWins(_ address: String, _ name: String?) throws {
        let directory = directory(
            client("net", .network(try Network("192.0.2.0/24"))), client("one", .network(try Network("192.0.2.17"))),
            client("six", .network(try Network("2001:db8::/32"))),
            client("shut", .network(try Network("192.0.2.99")), isEnabled: false))
        #expect(directory.client(.address(try #require(IPAddress(address))))?.name == name)
    }

    @Test func aUIDIsTakenAsItIs() {
        let directory = directory(client("cron", .uid(1001)))
        #expect(directory.client(.uid(1001))?.name == "cron")
        #expect(directory.client(.uid(0)) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("::", false), ("128.0.0.1", false), ("::ffff:127.0.0.1", false),
    ])
    func loopbackIsKnown(_ address: String, _ isLoopback: Bool) throws {
        #expect(try #require(IPAddress(address)).isLoopback == isLoopback)
    }
}
