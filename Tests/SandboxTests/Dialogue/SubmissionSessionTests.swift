import Foundation
import Testing

@testable import Sandbox

/// What the session is told, and what it must do about it.
enum Step: Sendable {
    case says(String, [SubmissionSession.Action])
    case hears(SubmissionSession.Answer, [SubmissionSession.Action])
    case contentEnds(Int, [SubmissionSession.Action])
    case chunkEnds([SubmissionSession.Action])
    case overlong([SubmissionSession.Action])
}

struct Dialogue: Sendable, CustomTestStringConvertible {
    var name: String
    var isSignedIn = true
    var habits = Habits.microsoft
    var steps: [Step]
    var testDescription: String { name }
}

struct SubmissionSessionTests {
    typealias Action = SubmissionSession.Action

    static let words = SubmissionWords(server: Habits.microsoft.serverName)
    static let ann = EnvelopeSender("ann@contoso.example")
    static let recipient = EnvelopeRecipient("r@x.example")
    static let envelope = Envelope(sender: ann, recipients: [recipient])
    static let hello = words.extensions(client: "127.0.0.1", isSecured: true, .microsoft)
    static let good = Data("user=ann@contoso.example\u{1}auth=Bearer T\u{1}\u{1}".utf8).base64EncodedString()
    static let signIn = SignIn.token(login: "ann@contoso.example", token: "T")
    static let no535 = Reply(535, "5.7.3 Authentication unsuccessful")

    private static func refused(_ reply: Reply) -> [Action] { [.reply(reply)] }

    static let mail: [Step] = [
        .says("MAIL FROM:<ann@contoso.example>", [.ask(.mail(ann))]), .hears(.proceed, [.reply(words.senderOK)]),
        .says("RCPT TO:<r@x.example>", [.ask(.recipient(recipient))]), .hears(.proceed, [.reply(words.recipientOK)]),
    ]

    static let challenging: Habits = {
        var habits = Habits.microsoft
        habits.signInRefusal = .challenge
        return habits
    }()

    static let beforeSignIn = [
        Dialogue(
            name: "two-step XOAUTH2", isSignedIn: false,
            steps: [
                .says("AUTH XOAUTH2", [.reply(Reply(334, ""))]), .says(good, [.ask(.signIn(signIn))]),
                .hears(.proceed, [.reply(words.signedIn)]), .says("AUTH XOAUTH2", refused(words.alreadySignedIn)),
            ]),
        Dialogue(
            name: "initial response, refused without a challenge", isSignedIn: false,
            steps: [
                .says("auth xoauth2 \(good)", [.ask(.signIn(signIn))]), .hears(.reply(no535), refused(no535)),
                .says("MAIL FROM:<a@x.example>", refused(words.needsSignIn)),
            ]),
        Dialogue(
            name: "refused with an error document first", isSignedIn: false, habits: challenging,
            steps: [
                .says("AUTH XOAUTH2 \(good)", [.ask(.signIn(signIn))]),
                .hears(.reply(no535), [.reply(Reply(334, SubmissionSession.errorDocument))]),
                .says("", refused(no535)), .says("NOOP", [.reply(words.nothing)]),
            ]),
        Dialogue(
            name: "cancelled", isSignedIn: false,
            steps: [.says("AUTH XOAUTH2", [.reply(Reply(334, ""))]), .says("*", refused(words.signInCancelled))]),
        Dialogue(
            name: "unreadable blobs", isSignedIn: false,
            steps: [
                .says("AUTH XOAUTH2 ???", [.ask(.signIn(.unreadable))]), .hears(.reply(no535), refused(no535)),
                .says("AUTH XOAUTH2 =", [.ask(.signIn(.unreadable))]), .hears(.reply(no535), refused(no535)),
            ]),
        Dialogue(
            name: "password", isSignedIn: false,
            steps: [
                .says("AUTH LOGIN", [.reply(Reply(334, "VXNlcm5hbWU6"))]), .says("YW5u", [.reply(Reply(334, "UGFzc3dvcmQ6"))]),
                .says("c2VjcmV0", [.ask(.signIn(.password(login: "ann")))]),
            ]),
        Dialogue(name: "unknown mechanism", isSignedIn: false, steps: [.says("AUTH PLAIN AGEAYg==", refused(words.unknownMechanism))]),
        Dialogue(
            name: "overlong lines", isSignedIn: false,
            steps: [
                .overlong(refused(Habits.microsoft.overlongCommand)), .says("AUTH XOAUTH2", [.reply(Reply(334, ""))]),
                .overlong(refused(words.overlongResponse)), .says("NOOP", [.reply(words.nothing)]),
            ]),
        Dialogue(name: "mail before AUTH", isSignedIn: false, steps: [.says("MAIL FROM:<a@x.example>", refused(words.needsSignIn))]),
    ]

    static let afterSignIn = [
        Dialogue(
            name: "a message",
            steps: mail + [
                .says("DATA", [.ask(.data)]), .hears(.proceed, [.reply(words.startInput), .collectContent]),
                .contentEnds(10, [.ask(.content(envelope))]),
                .hears(.reply(Reply(250, "2.0.0 OK")), [.discardContent, .reply(Reply(250, "2.0.0 OK"))]),
                .says("QUIT", [.reply(words.bye), .close]), .says("NOOP", []),
            ]),
        Dialogue(
            name: "a refused message ends the transaction",
            steps: mail + [
                .says("DATA", [.ask(.data)]), .hears(.proceed, [.reply(words.startInput), .collectContent]),
                .contentEnds(10, [.ask(.content(envelope))]),
                .hears(.reply(Reply(554, "5.2.252 no")), [.discardContent, .reply(Reply(554, "5.2.252 no"))]),
                .says("RCPT TO:<r@x.example>", refused(words.needsMail)),
            ]),
        Dialogue(
            name: "too much content",
            steps: mail + [
                .says("DATA", [.ask(.data)]), .hears(.proceed, [.reply(words.startInput), .collectContent]),
                .contentEnds(Habits.microsoft.messageSize + 1, [.discardContent, .reply(words.tooLarge)]),
            ]),
        Dialogue(
            name: "chunks",
            steps: mail + [
                .says("BDAT 5", [.collectChunk(5)]), .chunkEnds([.reply(words.chunkTaken(5))]),
                .says("DATA", refused(words.chunksBegun)), .says("BDAT 0 LAST", [.collectChunk(0)]),
                .chunkEnds([.ask(.content(envelope))]),
            ]),
        Dialogue(
            name: "a refused chunk is read all the same",
            steps: [.says("BDAT 5 LAST", [.reply(words.needsMail), .collectChunk(5)]), .chunkEnds([.discardContent])]),
        Dialogue(
            name: "out of order",
            steps: [
                .says("RCPT TO:<r@x.example>", refused(words.needsMail)), .says("DATA", refused(words.needsMail)),
                .says("MAIL FROM:<ann@contoso.example>", [.ask(.mail(ann))]), .hears(.proceed, [.reply(words.senderOK)]),
                .says("MAIL FROM:<ann@contoso.example>", refused(words.senderGiven)), .says("DATA", refused(words.needsRecipient)),
                .says("RSET", [.discardContent, .reply(words.reset)]), .says("DATA", refused(words.needsMail)),
            ]),
        Dialogue(
            name: "a refused recipient leaves the others",
            steps: mail + [
                .says("RCPT TO:<q@x.example>", [.ask(.recipient(EnvelopeRecipient("q@x.example")))]),
                .hears(.reply(Reply(550, "5.1.10 no")), refused(Reply(550, "5.1.10 no"))),
                .says("DATA", [.ask(.data)]), .hears(.proceed, [.reply(words.startInput), .collectContent]),
                .contentEnds(1, [.ask(.content(envelope))]),
            ]),
        Dialogue(
            name: "421 closes",
            steps: [
                .says("MAIL FROM:<>", [.ask(.mail(EnvelopeSender("")))]),
                .hears(.reply(Reply(421, "x")), [.reply(Reply(421, "x")), .close]),
            ]),
        Dialogue(
            name: "unknown and wrong commands",
            steps: [
                .says("FOO bar", refused(words.unrecognized("FOO"))), .says("", refused(words.unrecognized(""))),
                .says("EHLO", refused(words.invalidDomain)), .says("STARTTLS", refused(words.alreadySecured)),
                .says("BDAT x", refused(words.invalidArguments)), .says("VRFY ann", [.reply(words.cannotVerify)]),
            ]),
        Dialogue(
            name: "EHLO again forgets the transaction",
            steps: mail + [
                .says("EHLO c", [.ask(.hello("c"))]), .hears(.proceed, [.reply(hello)]), .says("DATA", refused(words.needsMail)),
            ]),
    ]

    private func opened(_ habits: Habits) -> SubmissionSession {
        var session = SubmissionSession(habits: habits, client: "127.0.0.1")
        #expect(session.opened() == [.ask(.connect)])
        #expect(session.answered(.reply(Reply(220, "hi"))) == [.reply(Reply(220, "hi"))])
        return session
    }

    private func secured(_ habits: Habits = .microsoft) -> SubmissionSession {
        var session = opened(habits)
        _ = session.line("EHLO c")
        _ = session.answered(.proceed)
        _ = session.line("STARTTLS")
        #expect(session.answered(.proceed) == [.reply(Self.words.ready), .startTLS])
        _ = session.line("EHLO c")
        #expect(session.answered(.proceed) == [.reply(Self.hello)])
        return session
    }

    private func play(_ steps: [Step], _ session: inout SubmissionSession) {
        for step in steps {
            switch step {
            case .says(let line, let actions): #expect(session.line(line) == actions, "\(line)")
            case .hears(let answer, let actions): #expect(session.answered(answer) == actions, "\(answer)")
            case .contentEnds(let octets, let actions): #expect(session.contentEnded(octets: octets) == actions)
            case .chunkEnds(let actions): #expect(session.chunkEnded() == actions)
            case .overlong(let actions): #expect(session.overlong() == actions)
            }
        }
    }

    @Test(arguments: beforeSignIn + afterSignIn)
    func dialogueGoesAsAtExchange(_ dialogue: Dialogue) {
        var session = secured(dialogue.habits)
        if dialogue.isSignedIn {
            _ = session.line("AUTH XOAUTH2 \(Self.good)")
            _ = session.answered(.proceed)
        }
        play(dialogue.steps, &session)
    }

    @Test(arguments: ["AUTH XOAUTH2", "MAIL FROM:<a@x.example>", "RCPT TO:<a@x.example>", "DATA", "VRFY a"])
    func nothingButGreetingGoesInClear(line: String) {
        var session = opened(.microsoft)
        _ = session.line("EHLO c")
        #expect(
            session.answered(.proceed).contains(.reply(Self.words.extensions(client: "127.0.0.1", isSecured: false, .microsoft))))
        #expect(session.line(line) == [.reply(Self.words.needsTLS)])
    }

    @Test func startTLSForgetsWhatWasSaidBefore() {
        var session = opened(.microsoft)
        _ = session.line("EHLO c")
        _ = session.answered(.proceed)
        _ = session.line("STARTTLS")
        _ = session.answered(.proceed)
        #expect(session.line("AUTH XOAUTH2") == [.reply(Self.words.needsHello)])
    }

    @Test func nonsenseForEverEndsTheConnection() {
        var session = opened(.microsoft)
        for _ in 0..<SubmissionSession.errorLimit { #expect(session.line("FOO") == [.reply(Self.words.unrecognized("FOO"))]) }
        #expect(session.line("FOO") == [.reply(Self.words.tooManyErrors), .close])
    }

    @Test(arguments: [
        ("user=a\u{1}auth=Bearer t\u{1}\u{1}", SignIn.token(login: "a", token: "t")),
        ("user=a\u{1}auth=bearer t\u{1}\u{1}", .token(login: "a", token: "t")),
        ("user=a\u{1}auth=Bearer t\u{1}", .unreadable), ("user=a\u{1}auth=Bearer \u{1}\u{1}", .unreadable),
        ("user=\u{1}auth=Bearer t\u{1}\u{1}", .unreadable), ("n,a=a,\u{1}auth=Bearer t\u{1}\u{1}", .unreadable),
        ("user=a\u{1}auth=Basic t\u{1}\u{1}", .unreadable), ("user=a\u{1}auth=Bearer t\u{1}\u{1}x", .unreadable), ("", .unreadable),
    ])
    func signInResponsesAreRead(text: String, signIn: SignIn) {
        #expect(SignIn(xoauth2: Data(text.utf8).base64EncodedString()) == signIn)
    }
}
