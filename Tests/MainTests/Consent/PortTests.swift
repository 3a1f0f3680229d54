import Relay
import Testing

@testable import Main
@testable import Web

/// Where the port that a consent comes back to is taken, the command says which it is, and how to do without it.
struct PortTests {
    @Test func aPortThatIsTakenIsNamedWithTheWayToAnother() {
        let taken = CannotListen(host: "127.0.0.1", port: 8025, isTaken: true, why: "Address already in use")
        let words = ConsentSession.words(of: taken, .usual)
        #expect(words.hasPrefix("127.0.0.1:8025 is taken"))
        #expect(words.contains("`mandate settings set public-url http://localhost:8026`") && words.contains("--paste"))
        #expect(PublicAddress("http://localhost:8026") != nil)
    }
}
