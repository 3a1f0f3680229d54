import Testing

@testable import CurlTransmit

@Suite struct AllowedURLTests {
    @Test(arguments: [
        "https://login.microsoftonline.com/t/oauth2/v2.0/token", "HTTPS://example.org", "http://127.0.0.1:8080/", "http://127.9.8.7/",
        "http://[::1]:80/token", "http://localhost/token", "http://LOCALHOST:1/", "https://10.0.0.1/",
    ])
    func isAllowed(_ text: String) throws { _ = try AllowedURL(text) }

    @Test(arguments: [
        "http://login.microsoftonline.com/", "http://127.0.0.1.example.org/", "http://localhost.example.org/", "http://10.0.0.1/",
        "http://[::2]/", "http://[::ffff:127.0.0.1]/", "http://128.0.0.1/", "ftp://127.0.0.1/", "file:///etc/passwd", "example.org/token",
        "",
        "https://", "https://user:secret@example.org/", "http://127.0.0.1@example.org/", "https://example.org/a b",
        "https://example.org/\r\nX: y",
        "https://example.org\u{0}.evil.example/", "gopher://example.org/",
    ])
    func isNotAllowed(_ text: String) {
        let failure = #expect(throws: CurlFailure.self) { _ = try AllowedURL(text) }
        guard case .notAllowed = failure else { return #expect(Bool(false), "\(text): \(String(describing: failure))") }
        #expect(failure?.description.contains("secret") == false)
    }

    /// Ways to write 127.0.0.1 that libcurl reads as such are judged as what they are.
    @Test(arguments: ["http://127.1/", "http://0x7f000001/", "http://2130706433/"])
    func loopbackInDisguiseIsLoopback(_ text: String) throws { #expect(try AllowedURL(text).isLoopback) }

    @Test func headerFieldWithALineBreakIsRefused() async throws {
        let thread = try CurlThread()
        for field in [
            HTTPField("X", "a\r\nY: b"), HTTPField("X: y", "a"), HTTPField("", "a"), HTTPField("X", "a\u{0}b"), HTTPField("X Y", ""),
        ] {
            let request = HTTPRequest(.get, "http://127.0.0.1:1/", fields: [field])
            let failure = await #expect(throws: CurlFailure.self) { try await thread.perform(request) }
            guard case .notAllowed = failure else { return #expect(Bool(false), "\(field): \(String(describing: failure))") }
        }
        await thread.stop()
    }
}
