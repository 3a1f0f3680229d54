import Testing

@testable import Relay

/// What a stranger wrote into a From and a person copies into a shell stays one word there.
struct QuotingTests {
    @Test(
        arguments: [
            ("ann@example.org", "ann@example.org"), ("o'hara@example.org", "'o'\\''hara@example.org'"), ("", "''"),
            ("=ls@x.org", "'=ls@x.org'"),
            ("$(id)@x.org", "'$(id)@x.org'"),
            // With the mark it is one character, which is no apostrophe to whoever compares characters.
            ("x'\u{338};id;'\u{338}@x.org", "'x'\\''\u{338};id;'\\''\u{338}@x.org'"),
        ])
    func ofAPOSIXShell(_ text: String, _ word: String) { #expect(text.shellQuoted.utf8.elementsEqual(word.utf8)) }

    /// about_Quoting_Rules: the typographic quotes end what an apostrophe began.
    @Test(
        arguments: [
            ("ann@example.org", "ann@example.org"), ("o'hara@example.org", "'o''hara@example.org'"),
            ("x\u{2019}; calc; \u{2019}@x.org", "'x\u{2019}\u{2019}; calc; \u{2019}\u{2019}@x.org'"),
            ("\u{2018}\u{201A}\u{201B}", "'\u{2018}\u{2018}\u{201A}\u{201A}\u{201B}\u{201B}'"),
            ("x'\u{338};calc", "'x''\u{338};calc'"), ("a,b", "'a,b'"), ("@{a}", "'@{a}'"),
        ])
    func ofPowerShell(_ text: String, _ word: String) { #expect(text.powerShellQuoted.utf8.elementsEqual(word.utf8)) }
}
