import Testing

@testable import Relay

/// What an access token says of itself is for people; whatever it is, it is read without harm.
struct TokenClaimsTests {
    private func token(_ claims: String) -> Secret {
        Secret("eyJhbGciOiJSUzI1NiJ9." + Base64URL.text(Array(claims.utf8)) + ".c2lnbmF0dXJl")
    }

    @Test func rolesAndScopesAreRead() {
        #expect(TokenClaims(token(#"{"roles":["Mail.Send","SMTP.SendAsApp"]}"#)) == TokenClaims(roles: ["Mail.Send", "SMTP.SendAsApp"]))
        #expect(TokenClaims(token(#"{"scp":"SMTP.Send IMAP.AccessAsUser.All"}"#))?.has("smtp.send") == true)
        #expect(TokenClaims(token(#"{"aud":"x"}"#))?.words == "the token permits nothing")
    }

    @Test(arguments: [
        "ya29.opaque", "", ".", "..", "a.b", "a.b.c", "a.!!.c", "a.e30.c.d", "eyJ.W10.x", String(repeating: "a.", count: 200_000),
    ]) func whatIsNoneSaysNothing(_ text: String) { #expect(TokenClaims(Secret(text)) == nil) }

    /// It goes into logs and pages.
    @Test func whatIsNoNameIsLeftOut() {
        let claims = TokenClaims(token(#"{"roles":["Mail.Send","<script>","a b",7,"\u0000"],"scp":["x"]}"#))
        #expect(claims?.roles == ["Mail.Send"] && claims?.scopes == ["x"])
    }

    @Test func base64IsReadAsItIsWritten() {
        for count in 0..<70 {
            let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ count) }
            #expect(Base64URL.octets(Base64URL.text(octets).utf8) == octets)
        }
        #expect(Base64URL.octets("A".utf8) == nil && Base64URL.octets("A=".utf8) == nil)
    }
}
