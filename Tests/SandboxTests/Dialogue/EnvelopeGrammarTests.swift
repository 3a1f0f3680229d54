import Testing

@testable import Sandbox

struct EnvelopeGrammarTests {
    private let grammar = EnvelopeGrammar(messageSize: 1_000)

    @Test(arguments: [
        ("FROM:<a@b.example>", EnvelopeSender("a@b.example")),
        ("from: <a@b.example>", EnvelopeSender("a@b.example")),
        ("FROM:<>", EnvelopeSender("")),
        ("FROM:<@relay.example:a@b.example>", EnvelopeSender("a@b.example")),
        (#"FROM:<"odd > one"@b.example>"#, EnvelopeSender(#""odd > one"@b.example"#)),
        ("FROM:<a@[127.0.0.1]>", EnvelopeSender("a@[127.0.0.1]")),
        (
            "FROM:<a@b.example> size=999 BODY=8BITMIME RET=HDRS ENVID=Q+2B1",
            EnvelopeSender("a@b.example", [.init("SIZE", "999"), .init("BODY", "8BITMIME"), .init("RET", "HDRS"), .init("ENVID", "Q+2B1")])
        ),
        ("FROM:<é@b.example> SMTPUTF8", EnvelopeSender("é@b.example", [.init("SMTPUTF8")])),
    ])
    func sendersAreRead(text: String, sender: EnvelopeSender) throws {
        #expect(try grammar.sender(text[...]) == sender)
    }

    @Test(arguments: [
        ("", EnvelopeGrammar.Failure.arguments),
        ("<a@b.example>", .arguments),
        ("FROM:a@b.example", .arguments),
        ("FROM:<a@b.example", .arguments),
        ("FROM:<a@b.example>SIZE=1", .arguments),
        ("FROM:<a>", .address),
        ("FROM:<@b.example>", .address),
        ("FROM:<a b@b.example>", .address),
        ("FROM:<a..c@b.example>", .address),
        ("FROM:<a@b..example>", .address),
        ("FROM:<a@b.example> SIZE=1001", .tooLarge),
        ("FROM:<a@b.example> SIZE=-1", .parameter("SIZE")),
        ("FROM:<a@b.example> SIZE=1 SIZE=1", .parameter("SIZE")),
        ("FROM:<a@b.example> BODY=7", .parameter("BODY")),
        ("FROM:<a@b.example> SMTPUTF8=1", .parameter("SMTPUTF8")),
        ("FROM:<a@b.example> RET=ALL", .parameter("RET")),
        ("FROM:<a@b.example> ENVID=a+2", .parameter("ENVID")),
        ("FROM:<a@b.example> NOTIFY=NEVER", .parameter("NOTIFY")),
        ("FROM:<é@b.example>", .needsUTF8),
    ])
    func badSendersAreRefused(text: String, failure: EnvelopeGrammar.Failure) {
        #expect(throws: failure) { try grammar.sender(text[...]) }
    }

    @Test func recipientsKeepTheirNotificationWishes() throws {
        let recipient = try grammar.recipient("TO:<r@x.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;r+40x", allowsUTF8: false)
        #expect(recipient == EnvelopeRecipient("r@x.example", [.init("NOTIFY", "SUCCESS,DELAY"), .init("ORCPT", "rfc822;r+40x")]))
    }

    @Test(arguments: [
        ("TO:<>", EnvelopeGrammar.Failure.address),
        ("TO:<r@x.example> NOTIFY=NEVER,DELAY", .parameter("NOTIFY")),
        ("TO:<r@x.example> NOTIFY=", .parameter("NOTIFY")),
        ("TO:<r@x.example> ORCPT=r", .parameter("ORCPT")),
        ("TO:<r@x.example> SIZE=1", .parameter("SIZE")),
        ("TO:<é@x.example>", .needsUTF8),
    ])
    func badRecipientsAreRefused(text: String, failure: EnvelopeGrammar.Failure) {
        #expect(throws: failure) { try grammar.recipient(text[...], allowsUTF8: false) }
    }
}
