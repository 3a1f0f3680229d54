import Testing

@testable import Relay

/// The standards' own examples.
struct ConsentVectorTests {
    /// RFC 7636 appendix B.
    @Test func challengeIsTheStandards() throws {
        let secrets = try #require(ConsentSecrets(text: "state\ndBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk\nnonce"))
        #expect(secrets.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    }

    /// Its octets, which the verifier is made of.
    @Test func verifierIsTheStandards() {
        let octets: [UInt8] = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191, 240, 91, 88, 5, 88,
            83,
            132, 141, 121,
        ]
        #expect(Base64URL.text(octets) == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    }
}
