import Testing

@testable import Mail

@Suite struct XTextTests {
    @Test(arguments: [
        ("abc", "abc"), ("a+2Bb", "a+2Bb"), ("a+b", "a+2Bb"), ("a+2bb", "a+2B2bb"), ("a=b", "a+3Db"), ("a b", "a+20b"),
        ("a\r\nRCPT TO:<x@y>", "a+0D+0ARCPT+20TO:<x@y>"), ("ü", "+C3+BC"), ("a+", "a+2B"),
    ]) func leavesOnlyXText(_ given: String, _ made: String) {
        #expect(XText.made(of: given) == made)
    }

    @Test(arguments: [
        ("rfc822;a@b.example", "rfc822;a@b.example"), ("a@b.example", "rfc822;a@b.example"), ("rfc822;a b", "rfc822;a+20b"),
        ("x\r\n;a", "rfc822;x+0D+0A;a"), (";a", "rfc822;;a"),
    ]) func originalRecipientHasAType(_ given: String, _ made: String) {
        #expect(XText.originalRecipient(given) == made)
    }
}
