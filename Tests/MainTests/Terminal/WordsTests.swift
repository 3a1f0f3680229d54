import Foundation
import Relay
import Testing
@testable import Main

struct WordsTests {
    @Test(arguments: [
        ("1970-01-01", 0.0), ("2026-11-23", 1_795_392_000), ("2024-02-29", 1_709_164_800), ("2000-03-01T00:00:01Z", 951_868_801),
        ("2026-11-23T14:05Z", 1_795_442_700), ("2026-11-23 14:05:09Z", 1_795_442_709),
    ])
    func readsDates(_ text: String, _ seconds: Double) { #expect(DocumentDate.date(text) == Date(timeIntervalSince1970: seconds)) }

    @Test(arguments: [
        "", "2026", "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "2026-11-23T24:00Z", "2026-11-23T10:00", "2026-11-23T10:60Z",
        "2026-11-23T10:00:00+01:00", "１９７０-01-01", "2026-11-2x", "1969-12-31",
    ])
    func refusesWhatIsNoDate(_ text: String) { #expect(DocumentDate.date(text) == nil) }

    /// Every day of four centuries, against the inverse that Relay has.
    @Test func datesComeBackAsTheyWereWritten() {
        for day in stride(from: 0.0, to: 146_097, by: 1) {
            let date = Date(timeIntervalSince1970: day * 86400 + 3661)
            #expect(DocumentDate.date(date.second) == date)
        }
    }

    @Test(arguments: [
        ("192.0.2.17", "192.0.2.17/32"), ("192.0.2.0/24", "192.0.2.0/24"), ("2001:DB8:0::/32", "2001:db8::/32"), ("::1", "::1/128"),
        ("10.0.0.0/8", "10.0.0.0/8"), ("10.128.0.0/9", "10.128.0.0/9"),
    ])
    func readsNetworks(_ text: String, _ shortest: String) throws { #expect(try Network(text).description == shortest) }

    @Test(arguments: [
        "", "192.0.2.300", "192.0.2.1/24", "192.0.2.0/33", "0.0.0.0/0", "::/0", "192.0.2.0/", "192.0.2.0/+8", "example.org", "192.0.2",
    ])
    func refusesWhatIsNoNetwork(_ text: String) { #expect(throws: (any Error).self) { try Network(text) } }

    @Test(arguments: [
        ("anne", ["ann"]), ("trakcer", ["tracker"]), ("TRACKER", ["tracker"]), ("track", ["tracker"]), ("xyz", [String]()),
        ("", [String]()),
    ])
    func findsWhatIsClose(_ text: String, _ close: [String]) {
        #expect(Closeness.closest(to: text, in: ["ann", "bob", "tracker"]) == close)
    }

    /// Two letters in the wrong order are one slip.
    @Test(arguments: [("hodl", "hold"), ("lvie", "live"), ("redirct", "redirect"), ("dohl", nil), ("eivl", nil)] as [(String, String?)])
    func guessesTheOneThatWasMeant(_ text: String, _ meant: String?) {
        #expect(Closeness.nearest(to: text, in: ["live", "hold", "redirect"]) == meant)
    }

    @Test(arguments: [
        ("plain", "plain"), ("two words", "'two words'"), ("it's", "'it'\\''s'"), ("", "''"), ("* Current User *", "'* Current User *'"),
        ("#1000", "'#1000'"),
    ])
    func quotesForTheShell(_ word: String, _ quoted: String) { #expect(word.shellQuoted == quoted) }

    @Test(arguments: [
        ("https://login.example.org/{tenant}/token", true), ("http://127.0.0.1:8080/token", true), ("http://localhost/token", true),
        ("http://[::1]:99/token", true), ("http://login.example.org/token", false), ("http://127.0.0.1.example.org/", false),
        ("http://localhost@evil.example/", false), ("https://user:secret@example.org/", false), ("ftp://example.org/", false),
        ("login.example.org", false), ("https://", false), ("https://exa mple.org/", false), ("", false),
    ])
    func tokenEndpointsAreHTTPSExceptOnThisMachine(_ text: String, _ isTaken: Bool) {
        let taken: Bool
        do throws(EndpointError) { taken = try EndpointAddress(text).text == text } catch { taken = false }
        #expect(taken == isTaken)
    }

    @Test func aKeyIsKnownByItsDigestAlone() {
        var generator = SystemRandomNumberGenerator()
        let key = ClientKey(using: &generator)
        #expect(key.text.count == 60)
        #expect(key.digest.count == 32)
        #expect(ClientKey(key.text).digest == key.digest)
        #expect(ClientKey(using: &generator).text != key.text)
    }
}
