import Testing

@testable import Sandbox

struct IMAPSessionTests {
    private static let signedIn: [ReadingDialogue.Line] = [
        .says("a AUTHENTICATE XOAUTH2 \(ReadingDialogue.good)", [ReadingDialogue.signIn]),
        .hears(.opened, [.say("a OK AUTHENTICATE completed.")]),
    ]
    private static let header = "From: Ann\r\n <ann@contoso.example>\r\nMessage-ID: <1@x>\r\nSubject: one\r\n\r\n"
    private static let selected = """
        * 2 EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft)\r\n* OK [PERMANENTFLAGS ()] Nothing can be changed\r
        * OK [UIDVALIDITY 1] UIDVALIDITY value\r\n* OK [UIDNEXT 10] The next unique identifier value\r\nb OK [READ-ONLY] EXAMINE completed.
        """

    static let signIns = [
        ReadingDialogue(
            name: "capabilities first, two steps, and only once",
            lines: [
                .says(
                    "1 capability",
                    [
                        .say(
                            "* CAPABILITY IMAP4 IMAP4rev1 SASL-IR ID UNSELECT AUTH=PLAIN AUTH=XOAUTH2\r\n1 OK CAPABILITY completed.")
                    ]),
                .says("2 AUTHENTICATE XOAUTH2", [.say("+ ")]), .says(ReadingDialogue.good, [ReadingDialogue.signIn]),
                .hears(.opened, [.say("2 OK AUTHENTICATE completed.")]),
                .says("3 AUTHENTICATE XOAUTH2", [.say("3 BAD Command received in Invalid state.")]),
                .says("4 LOGOUT", [.say("* BYE Microsoft Exchange Server IMAP4 server signing off.\r\n4 OK LOGOUT completed."), .close]),
                .says("5 NOOP", []),
            ]),
        ReadingDialogue(
            name: "Microsoft's refusal comes at once",
            lines: [
                .says("1 AUTHENTICATE XOAUTH2 \(ReadingDialogue.good)", [ReadingDialogue.signIn]),
                .hears(.refused(.expiredToken), [.say("1 NO AUTHENTICATE failed.")]),
                .says("2 SELECT INBOX", [.say("2 BAD Command received in Invalid state.")]),
            ]),
        ReadingDialogue(
            name: "Google's refusal comes after its document was answered", habits: .google,
            lines: [
                .says("1 AUTHENTICATE OAUTHBEARER", [.say("+ ")]), .says(ReadingDialogue.bearer, [ReadingDialogue.signIn]),
                .hears(.refused(.missingScope), [.say("+ \(SubmissionSession.errorDocument)")]),
                .says("AQ==", [.say("1 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)")]),
                .says("2 NOOP", [.say("2 OK NOOP completed.")]),
            ]),
        ReadingDialogue(
            name: "a good token of another mailbox",
            lines: [
                .says("1 AUTHENTICATE XOAUTH2 \(ReadingDialogue.good)", [ReadingDialogue.signIn]),
                .hears(.notConnected, [.say("1 OK AUTHENTICATE completed.")]),
                .says("2 EXAMINE INBOX", [.say("2 BAD User is authenticated but not connected.")]),
                .says("3 LIST \"\" *", [.say("3 BAD User is authenticated but not connected.")]),
                .says("4 UID SEARCH ALL", [.say("4 BAD User is authenticated but not connected.")]),
            ]),
        ReadingDialogue(
            name: "a password is no way in",
            lines: [
                .says("1 LOGIN ann@contoso.example \"pass \\\"word\"", [.ask(.signIn(.password(login: "ann@contoso.example")))]),
                .hears(.refused(.passwordNotSupported), [.say("1 NO LOGIN failed.")]),
            ]),
        ReadingDialogue(
            name: "not now",
            lines: [
                .says("1 AUTHENTICATE XOAUTH2 \(ReadingDialogue.good)", [ReadingDialogue.signIn]),
                .hears(.unavailable, [.say("1 NO [UNAVAILABLE] Server Unavailable. 15")]),
            ]),
        ReadingDialogue(
            name: "cancelled, unknown, malformed",
            lines: [
                .says("1 AUTHENTICATE XOAUTH2", [.say("+ ")]), .says("*", [.say("1 BAD AUTHENTICATE cancelled.")]),
                .says("2 AUTHENTICATE GSSAPI", [.say("2 NO Command Error. 10")]), .says("", [.say("* BAD Command Error. 10")]),
                .says("3", [.say("* BAD Command Error. 10")]), .says("4 APPEND INBOX {5}", [.say("4 BAD Command Argument Error. 11")]),
                .says("5 LOGIN \"half", [.say("5 BAD Command Argument Error. 11")]),
                .unreadable([.say("* BAD Command Argument Error. 12")]),
            ]),
    ]

    @Test(arguments: signIns) func signsIn(_ dialogue: ReadingDialogue) {
        #expect(dialogue.differences(IMAPSession.self) == [])
    }

    static let readings = [
        ReadingDialogue(
            name: "what libcurl does to find a message and read its header",
            lines: [
                .says("b EXAMINE INBOX", [.ask(.inbox)]), .hears(.inbox(ReadingDialogue.inbox), [.say(selected)]),
                .says("c UID SEARCH HEADER Message-ID \"<1@x>\"", [.say("* SEARCH 7\r\nc OK UID completed.")]),
                .says("d UID SEARCH HEADER message-id <3@x>", [.say("* SEARCH\r\nd OK UID completed.")]),
                .says(
                    "e UID FETCH 7 BODY[HEADER]",
                    [
                        .octets(Array("* 1 FETCH (UID 7 BODY[HEADER] {\(header.utf8.count)}\r\n\(header))\r\n".utf8)),
                        .say("e OK UID completed."),
                    ]),
                .says(
                    "f FETCH 1 (UID BODY.PEEK[HEADER.FIELDS (FROM)])",
                    [
                        .octets(
                            Array(
                                "* 1 FETCH (UID 7 BODY[HEADER.FIELDS (FROM)] {37}\r\nFrom: Ann\r\n <ann@contoso.example>\r\n\r\n)\r\n".utf8)
                        ),
                        .say("f OK FETCH completed."),
                    ]),
                .says("g FETCH 5 (UID)", [.say("g OK FETCH completed.")]),
                .says("h FETCH x (UID)", [.say("h BAD Command Argument Error. 11")]),
                .says("i UID SEARCH KEYWORD x", [.say("i BAD Command Argument Error. 11")]),
                .says("j FETCH 2 ENVELOPE", [.say("j BAD Command Argument Error. 11")]),
                .says("k CLOSE", [.say("k OK CLOSE completed.")]),
                .says("l FETCH 1 UID", [.say("l BAD Command received in Invalid state.")]),
            ]),
        ReadingDialogue(
            name: "what is new is told, and what is there can be asked",
            lines: [
                .says("b SELECT inbox", [.ask(.inbox)]),
                .hears(
                    .inbox(Inbox()),
                    [
                        .say(
                            selected.replacing("* 2 E", with: "* 0 E").replacing("UIDNEXT 10", with: "UIDNEXT 1").replacing(
                                "EXAMINE", with: "SELECT"))
                    ]),
                .says("c UID SEARCH ALL", [.say("* SEARCH\r\nc OK UID completed.")]), .says("d NOOP", [.ask(.inbox)]),
                .hears(.inbox(ReadingDialogue.inbox), [.say("* 2 EXISTS\r\nd OK NOOP completed.")]),
                .says("e SEARCH 2:*", [.say("* SEARCH 2\r\ne OK SEARCH completed.")]),
                .says(
                    "f FETCH 1:* (FLAGS RFC822.SIZE)",
                    [
                        .octets(Array("* 1 FETCH (FLAGS () RFC822.SIZE \(ReadingDialogue.letter.content.count))\r\n".utf8)),
                        .octets(Array("* 2 FETCH (FLAGS () RFC822.SIZE 50)\r\n".utf8)), .say("f OK FETCH completed."),
                    ]),
                .says("g STATUS INBOX (MESSAGES UIDNEXT)", [.ask(.inbox)]),
                .hears(.inbox(ReadingDialogue.inbox), [.say("* STATUS INBOX (MESSAGES 2 UIDNEXT 10)\r\ng OK STATUS completed.")]),
                .says("h SELECT Sent", [.say("h NO [NONEXISTENT] There is no such mailbox.")]),
                .says("i LIST \"\" \"*\"", [.say("* LIST (\\HasNoChildren) \"/\" INBOX\r\ni OK LIST completed.")]),
            ]),
    ]

    @Test(arguments: readings) func reads(_ dialogue: ReadingDialogue) {
        #expect(dialogue.differences(IMAPSession.self, after: Self.signedIn) == [])
    }

    /// With SASL-IR it comes on the command's own line.
    @Test func aLongTokenFitsBothWays() {
        var session = IMAPSession(habits: .microsoft)
        #expect(ReadingDialogue.long.utf8.count + 40 < session.lineLimit)
        guard case .ask(.signIn(.token(_, let token)))? = session.line("1 AUTHENTICATE XOAUTH2 \(ReadingDialogue.long)").first else {
            Issue.record("not understood")
            return
        }
        #expect(token.count == 5_400)
    }

    @Test func nonsenseEnds() {
        var session = IMAPSession(habits: .microsoft)
        let last = (0...IMAPSession.errorLimit).map { session.line("\($0) NONSENSE") }.last
        #expect(last == [.say("* BYE Too many invalid IMAP commands. 17"), .close])
        #expect(session.line("x NOOP") == [] && session.end(.idle) == [])
    }
}
