import Testing

@testable import Sandbox

struct POP3SessionTests {
    static let dialogues = [
        ReadingDialogue(
            name: "capabilities, two steps, and everything that can be read",
            lines: [
                .says("CAPA", [.say("+OK\r\nTOP\r\nUIDL\r\nSASL PLAIN XOAUTH2\r\nUSER\r\n.")]),
                .says("STAT", [.say("-ERR Command is not valid in this state.")]), .says("AUTH XOAUTH2", [.say("+ ")]),
                .says(ReadingDialogue.good, [ReadingDialogue.signIn]), .hears(.opened, [.ask(.inbox)]),
                .hears(.inbox(ReadingDialogue.inbox), [.say("+OK User successfully authenticated.")]),
                .says("STAT", [.say("+OK 2 \(ReadingDialogue.letter.content.count + 50)")]),
                .says("LIST", [.say("+OK\r\n1 \(ReadingDialogue.letter.content.count)\r\n2 50\r\n.")]), .says("LIST 2", [.say("+OK 2 50")]),
                .says("UIDL", [.say("+OK\r\n1 7\r\n2 9\r\n.")]), .says("uidl 3", [.say("-ERR The specified message is out of range.")]),
                .says(
                    "RETR 1",
                    [
                        .say("+OK"),
                        .octets(
                            Array(
                                "From: Ann\r\n <ann@contoso.example>\r\nMessage-ID: <1@x>\r\nSubject: one\r\n\r\n..dot\r\nsecond\r\n.\r\n"
                                    .utf8)),
                    ]),
                .says(
                    "TOP 1 1",
                    [
                        .say("+OK"),
                        .octets(
                            Array("From: Ann\r\n <ann@contoso.example>\r\nMessage-ID: <1@x>\r\nSubject: one\r\n\r\n..dot\r\n.\r\n".utf8)),
                    ]),
                .says(
                    "TOP 2 9",
                    [.say("+OK"), .octets(Array("From: bob@contoso.example\r\nMessage-ID: <2@x>\r\n\r\nhi\r\n.\r\n".utf8))]),
                .says("TOP 1", [.say("-ERR Protocol error. 14")]), .says("DELE 1", [.say("-ERR Nothing can be deleted here.")]),
                .says("NOOP", [.say("+OK")]), .says("AUTH XOAUTH2", [.say("-ERR Command is not valid in this state.")]),
                .says("QUIT", [.say("+OK Microsoft Exchange Server POP3 server signing off."), .close]), .says("NOOP", []),
            ]),
        ReadingDialogue(
            name: "Microsoft's refusals",
            lines: [
                .says("AUTH XOAUTH2", [.say("+ ")]), .says(ReadingDialogue.good, [ReadingDialogue.signIn]),
                .hears(.refused(.doorDisabled), [.say("-ERR Authentication failure: unknown user name or bad password.")]),
                .says("AUTH XOAUTH2 \(ReadingDialogue.good)", [ReadingDialogue.signIn]),
                .hears(.unavailable, [.say("-ERR [SYS/TEMP] Server Unavailable. 20")]), .says("USER ann@contoso.example", [.say("+OK")]),
                .says("PASS secret word", [.ask(.signIn(.password(login: "ann@contoso.example")))]),
                .hears(.refused(.passwordNotSupported), [.say("-ERR Logon failure: unknown user name or bad password.")]),
                .says("AUTH XOAUTH2", [.say("+ ")]), .says("*", [.say("-ERR Authentication cancelled.")]),
                .says("AUTH", [.say("+OK\r\nPLAIN\r\nXOAUTH2\r\n.")]), .unreadable([.say("-ERR Protocol error. 14")]),
            ]),
        ReadingDialogue(
            name: "Google's refusal comes after its document was answered", habits: .google,
            lines: [
                .says("AUTH OAUTHBEARER", [.say("+ ")]), .says(ReadingDialogue.bearer, [ReadingDialogue.signIn]),
                .hears(.refused(.expiredToken), [.say("+ \(SubmissionSession.errorDocument)")]),
                .says("AQ==", [.say("-ERR [AUTH] Username and password not accepted.")]), .says("QUIT", [.say("+OK Farewell."), .close]),
            ]),
    ]

    @Test(arguments: dialogues) func answers(_ dialogue: ReadingDialogue) {
        #expect(dialogue.differences(POP3Session.self) == [])
    }

    /// RFC 2449 and 5034: short commands, long responses.
    @Test func aLongTokenFitsOnItsOwnLine() {
        var session = POP3Session(habits: .microsoft)
        #expect(session.lineLimit == 255)
        _ = session.line("AUTH XOAUTH2")
        #expect(ReadingDialogue.long.utf8.count + 2 < session.lineLimit)
    }

    @Test func nonsenseEnds() {
        var session = POP3Session(habits: .microsoft)
        #expect((0...25).map { _ in session.line("NONSENSE") }.last == [.say("-ERR Too many invalid commands. 15"), .close])
    }
}
