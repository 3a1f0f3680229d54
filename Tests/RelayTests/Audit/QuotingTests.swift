import Testing

@testable import Relay

/// What a stranger wrote into a From and a person copies into a shell stays one word there.
struct QuotingTests {
    @Test(
        arguments: [
            ("ann@example.org", "ann@example.org"), ("o'hara@example.org", "'o'\\''hara@example.org'"), ("", "''"),
            ("=ls@x.org", "'=ls@x.org'"), ("-x@x.org", "'-x@x.org'"), ("--all", "'--all'"),
            ("$(id)@x.org", "'$(id)@x.org'"),
            // With the mark it is one character, which is no apostrophe to whoever compares characters.
            ("x'\u{338};id;'\u{338}@x.org", "'x'\\''\u{338};id;'\\''\u{338}@x.org'"),
        ])
    func ofAPOSIXShell(_ text: String, _ word: String) { #expect(text.shellQuoted.utf8.elementsEqual(word.utf8)) }

    /// Behind `=` it is the option's value, behind `--` nothing is an option.
    @Test(
        arguments: [
            ("mandate clients show '--all'", "mandate clients show -- '--all'"),
            (
                "mandate delegations allow '-m@x.org' a@x.org --kind send-as",
                "mandate delegations allow --kind send-as -- '-m@x.org' a@x.org"
            ),
            (
                "mandate delegations allow a@x.org '-m@x.org' --kind own   # why",
                "mandate delegations allow a@x.org --kind own -- '-m@x.org'   # why"
            ),
            ("mandate users set '-x' --remove-address '-x y@x.org'", "mandate users set --remove-address='-x y@x.org' -- '-x'"),
            ("mandate users set ann --add-address=a@x.org", "mandate users set ann --add-address=a@x.org"),
            (
                "mandate grants add 'o'\\''h -x' --kind command -- /bin/cat '-n'",
                "mandate grants add 'o'\\''h -x' --kind command -- /bin/cat '-n'"
            ),
            ("run it by hand: /bin/cat '-n'", "run it by hand: /bin/cat '-n'"),
        ])
    func whatLooksLikeAnOptionIsAValue(_ line: String, _ pasteable: String) {
        #expect(line.pasteable == pasteable)
        #expect(pasteable.pasteable == pasteable, "it stays as it is")
        #expect("say `\(line)` then".withPasteableCommands == "say `\(pasteable)` then")
    }

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
