import Relay
import Testing

/// Passwords as they are kept.
struct PasswordHashTests {
    /// The library is held to the vectors of RFC 7914 by its own tests; this holds us to its parameters and to our form.
    @Test func isScrypt() throws {
        let hash = try #require(
            PasswordHash(of: Secret("password"), salt: Array("NaClNaClNaClNaCl".utf8), cost: .init(rounds: 4, blockSize: 8, lanes: 1)))
        #expect(hash.text.hasPrefix("$scrypt$ln=4,r=8,p=1$4e61436c4e61436c4e61436c4e61436c$"))
        #expect(hash.matches(Secret("password")))
        #expect(!hash.matches(Secret("passworD")))
        #expect(!hash.matches(Secret("")))
    }

    @Test func isReadBackAsItWasWritten() throws {
        let hash = try #require(
            PasswordHash(of: Secret("correct horse"), salt: Array(0..<16), cost: .init(rounds: 5, blockSize: 4, lanes: 2)))
        let read = try #require(PasswordHash(hash.text))
        #expect(read == hash)
        #expect(read.matches(Secret("correct horse")))
    }

    /// A store that somebody wrote into cannot make us use all memory, nor crash.
    @Test(arguments: [
        "", "$scrypt$", "$scrypt$ln=4,r=8,p=1$00$00",
        "$argon2$ln=4,r=8,p=1$4e61436c4e61436c4e61436c4e61436c$" + String(repeating: "0", count: 64),
        "$scrypt$ln=40,r=8,p=1$4e61436c4e61436c4e61436c4e61436c$" + String(repeating: "0", count: 64),
        "$scrypt$ln=4,r=800,p=1$4e61436c4e61436c4e61436c4e61436c$" + String(repeating: "0", count: 64),
        "$scrypt$ln=4,r=8,p=1$4e61436c4e61436c4e61436c4e61436$" + String(repeating: "0", count: 64),
        "$scrypt$ln=-4,r=8,p=1$4e61436c4e61436c4e61436c4e61436c$" + String(repeating: "z", count: 64),
    ]) func othersAreNone(_ text: String) { #expect(PasswordHash(text) == nil) }

    /// One that somebody chooses: no browser could type another.
    @Test(arguments: [
        ("correct horse\nbattery", "password: a password is one line; give it alone"),
        ("correct horse\r", "password: a password is one line; give it alone"),
        ("\ncorrect horse", "password: a password is one line; give it alone"),
        ("short", "password: a password has \(PasswordHash.leastLength) characters at least"),
    ])
    func isRefusedWhenItIsChosen(_ text: String, _ words: String) throws {
        let refusal = try #require(throws: AdministrationRefusal.self) {
            try PasswordHash(chosen: Secret(text), salt: Array(0..<16))
        }
        #expect(refusal.description == words)
    }

    /// What is next to the digits and letters in ASCII is none of them.
    @Test(arguments: ["@@", "``", "0@", "gg", "GG", "/0", ":0", "é0", "abc"]) func otherCharactersAreNoHexadecimal(_ text: String) {
        #expect([UInt8](hexadecimal: text) == nil)
    }

    @Test func hexadecimalOfBothCases() {
        #expect([UInt8](hexadecimal: "00fFaA09") == [0, 255, 170, 9])
    }
}
