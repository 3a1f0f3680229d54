import Mail
import Testing

struct EncodedWordTests {
    struct Case: CustomTestStringConvertible {
        let input: String
        let text: String

        init(_ input: String, _ text: String) {
            self.input = input
            self.text = text
        }

        var testDescription: String { input.debugDescription }
    }

    @Test(arguments: [
        Case("plain", "plain"),
        Case("", ""),
        // RFC 2047, section 8.
        Case("=?ISO-8859-1?Q?a?=", "a"),
        Case("=?ISO-8859-1?Q?a?= b", "a b"),
        Case("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
        Case("=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab"),
        Case("=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab"),
        Case("=?ISO-8859-1?Q?a_b?=", "a b"),
        Case("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a =?ISO-8859-2?Q?_b?="),
        Case("=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen"),
        Case("=?US-ASCII?Q?Keith_Moore?=", "Keith Moore"),
        Case("=?iso-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=", "If you can read this yo"),
        Case("=?ISO-8859-15?Q?100_=A4?=", "100 €"),
        Case("=?windows-1252?Q?=80_=93x=94?=", "€ “x”"),
        Case("=?UTF-8?B?5pel5pys6Kqe?=", "日本語"),
        Case("=?utf-8?b?5pel5pys6Kqe?=", "日本語"),
        Case("=?UTF-8*en?Q?hi?=", "hi"),
        Case("=?UTF-8?B?8J+Y?= =?UTF-8?B?gA==?=", "😀"),
        Case("=?UTF-8?Q?=F0=9F?= =?UTF-8?Q?=98=80?=", "😀"),
        Case("=?UTF-8?Q?J=C3=B6rg?==?UTF-8?Q?_M?=", "Jörg M"),
        Case("Re: =?UTF-8?Q?J=C3=B6rg?=", "Re: Jörg"),
        Case("a =?UTF-8?Q?b?= c =?UTF-8?Q?d?=", "a b c d"),
        Case("=?UTF-8?Q?b?= \r\n c", "b  c"),
        Case("=?UTF-8?Q??=", ""),
        Case("=?UTF-8?B?SsO2cmc?=", "Jörg"),
        Case("=?UTF-8?B?!!!?=", "=?UTF-8?B?!!!?="),
        Case("=?UTF-8?X?abc?=", "=?UTF-8?X?abc?="),
        Case("=?koi8-r?B?0NLJ18XU?=", "=?koi8-r?B?0NLJ18XU?="),
        Case("=?koi8-r?B?0NLJ18XU?= =?koi8-r?B?0NLJ18XU?=", "=?koi8-r?B?0NLJ18XU?= =?koi8-r?B?0NLJ18XU?="),
        Case("=?UTF-8?Q?a b?=", "=?UTF-8?Q?a b?="),
        Case("=?UTF-8?Q?a", "=?UTF-8?Q?a"),
        Case("=?UTF-8?Q", "=?UTF-8?Q"),
        Case("=?", "=?"),
        Case("=??Q?a?=", "=??Q?a?="),
        Case("=?UTF-8?Q?100=?=", "100="),
        Case("=?UTF-8?Q?=GG=4?=", "=GG=4"),
        Case("=?UTF-8?Q?=FF?=", "\u{FFFD}"),
        Case("=?UTF-8?Q?a=0D=0AB=3A_c=00=7F?=", "a  B: c  "),
        Case("=?UTF-8?Q?=E2=80=A8=C2=85?=", "  "),
    ])
    func decodes(_ each: Case) {
        #expect(EncodedWord.decode(each.input) == each.text)
    }

    static let texts = [
        "Jörg", "日本語の件名がここにとても長く書かれているので何語にも分かれます。そして更に続きます。", "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
        "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "e\u{301}o\u{308}u\u{30A}", "Z\(String(repeating: "\u{301}", count: 200))algo", " leading and trailing ", "a  b",
        "under_score = equals ? question", String(repeating: "x", count: 2000), String(repeating: "ä ", count: 300), "नमस्ते दुनिया",
        "\u{FEFF}bom",
    ]

    @Test(arguments: texts)
    func whatIsEncodedDecodesToTheSameBytes(_ text: String) {
        let words = EncodedWord.encode(text)
        #expect(Array(EncodedWord.decode(words.joined(separator: " ")).utf8) == Array(text.utf8))
        #expect(Array(EncodedWord.decode(words.joined(separator: "\r\n ")).utf8) == Array(text.utf8))
        #expect(words.allSatisfy { $0.utf8.count <= 75 && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } })
    }

    @Test(arguments: texts)
    func noWordSplitsAScalar(_ text: String) {
        #expect(EncodedWord.encode(text).allSatisfy { !EncodedWord.decode($0).contains("\u{FFFD}") })
    }

    @Test func noWordSplitsACharacterThatFits() {
        let text = String(repeating: "e\u{301}🇩🇪", count: 30)
        #expect(EncodedWord.encode(text).map { EncodedWord.decode($0).count }.reduce(0, +) == text.count)
    }
}
