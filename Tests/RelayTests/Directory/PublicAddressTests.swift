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
}
