import Testing
import Relay

struct PublicAddressTests {
    @Test(arguments: [
        ("http://localhost:8025", "http://localhost:8025/OAuth2/app"), ("https://host/instance/", "https://host/instance/OAuth2/app"),
        ("https://host:8443", "https://host:8443/OAuth2/app"), ("HTTPS://h:443/a/b", "https://h/a/b/OAuth2/app"),
        ("http://[::1]:8025", "http://[::1]:8025/OAuth2/app"),
    ])
    func redirectURIs(_ text: String, _ expected: String) throws {
        #expect(try #require(PublicAddress(text)).redirectURI("app") == expected)
    }

    @Test(arguments: ["ftp://host", "host", "http://", "http://h:0", "http://h:x"]) func isNone(_ text: String) {
        #expect(PublicAddress(text) == nil)
    }

    /// What listens, and what is to be set then; nil: a consent comes back, as far as can be seen.
    @Test(arguments: [
        ("http://localhost:8025", 8025, false, nil), ("http://localhost:8025", 0, false, nil),
        ("http://localhost:8025/a", 8026, false, "mandate settings set public-url http://localhost:8026/a"),
        ("http://localhost:8025", 8443, true, "mandate settings set public-url https://NAME:8443"),
        ("https://mail.example.org", 8025, false, nil), ("https://mail.example.org", 8443, true, nil),
    ])
    func whereNobodyListens(_ text: String, _ port: Int, _ isEncrypted: Bool, _ fix: String?) throws {
        #expect(try #require(PublicAddress(text)).trouble(listeningAt: port, isEncrypted: isEncrypted)?.fix.first == fix)
    }

    @Test func behindAProxyThePortIsOurOwn() throws {
        let address = try #require(PublicAddress("https://mail.example.org"))
        #expect(address.usualPort(isEncrypted: false) == 8025 && address.usualPort(isEncrypted: true) == 443)
    }
}
