/// The front door's sentences, as Exchange Online says them; most end with the server's name in brackets.
struct SubmissionWords: Sendable, Hashable {
    let server: String

    private func named(_ code: Int, _ text: String) -> Reply { Reply(code, "\(text) [\(server)]") }

    func greeting(at now: Double) -> Reply { Reply(220, "\(server) Microsoft ESMTP MAIL Service ready at \(Timestamp(now).mail)") }

    func hello(client: String) -> Reply { Reply(250, "\(server) Hello [\(client)]") }

    func extensions(client: String, isSecured: Bool, _ habits: Habits) -> Reply {
        Reply(
            250,
            lines: [
                "\(server) Hello [\(client)]", "SIZE \(habits.messageSize)", "PIPELINING", "DSN", "ENHANCEDSTATUSCODES",
                isSecured ? "AUTH \(habits.mechanisms.joined(separator: " "))" : "STARTTLS", "8BITMIME", "BINARYMIME", "CHUNKING",
                "SMTPUTF8",
            ])
    }

    var ready: Reply { Reply(220, "2.0.0 SMTP server ready") }
    var needsTLS: Reply { named(530, "5.7.0 Must issue a STARTTLS command first") }
    var alreadySecured: Reply { named(503, "5.5.2 Only one STARTTLS command can be issued per session") }
    var needsSignIn: Reply { named(530, "5.7.57 Client not authenticated to send mail.") }
    var needsHello: Reply { named(503, "5.5.2 Send hello first") }
    var invalidDomain: Reply { named(501, "5.5.4 Invalid domain name") }
    var invalidArguments: Reply { named(501, "5.5.4 Invalid arguments") }
    func unrecognizedParameter(_ name: String) -> Reply { named(501, "5.5.4 Unrecognized parameter \(name)") }
    func unrecognized(_ verb: String) -> Reply { named(500, "5.3.3 Unrecognized command '\(verb)'") }
    var malformedLine: Reply { named(500, "5.5.2 Command lines must end with CRLF and hold no other control characters") }

    var signedIn: Reply { Reply(235, "2.7.0 Authentication successful") }
    var alreadySignedIn: Reply { named(503, "5.5.1 Already authenticated") }
    var unknownMechanism: Reply { named(504, "5.7.4 Unrecognized authentication type") }
    var signInCancelled: Reply { named(501, "5.7.0 Authentication cancelled by the client") }
    var overlongResponse: Reply { named(500, "5.5.6 Authentication exchange line is too long") }
    func challenge(_ base64: String) -> Reply { Reply(334, base64) }

    var senderOK: Reply { Reply(250, "2.1.0 Sender OK") }
    var recipientOK: Reply { Reply(250, "2.1.5 Recipient OK") }
    var senderGiven: Reply { named(503, "5.5.2 Sender already specified") }
    var needsMail: Reply { named(503, "5.5.2 Need mail command") }
    var needsRecipient: Reply { named(503, "5.5.2 Need rcpt command") }
    var invalidSender: Reply { named(501, "5.1.7 Invalid address") }
    var invalidRecipient: Reply { named(501, "5.1.3 Invalid address") }
    var needsUTF8: Reply { named(550, "5.6.7 SMTPUTF8 is needed for this address") }
    var tooManyRecipients: Reply { named(452, "4.5.3 Too many recipients") }
    var tooLarge: Reply { named(552, "5.3.4 Message size exceeds fixed maximum message size") }
    var binaryNeedsChunks: Reply { named(503, "5.5.2 BODY=BINARYMIME needs BDAT") }
    var startInput: Reply { Reply(354, "Start mail input; end with <CRLF>.<CRLF>") }
    func chunkTaken(_ octets: Int) -> Reply { Reply(250, "2.0.0 \(octets) octets received") }
    var chunksBegun: Reply { named(503, "5.5.2 BDAT and DATA do not mix") }

    var reset: Reply { Reply(250, "2.0.0 Resetting") }
    var nothing: Reply { Reply(250, "2.0.0 OK") }
    var cannotVerify: Reply { Reply(252, "2.1.5 Cannot VRFY user") }
    var help: Reply {
        Reply(214, "This server supports the following commands:", "HELO EHLO STARTTLS RCPT DATA RSET MAIL QUIT HELP AUTH BDAT")
    }
    var bye: Reply { Reply(221, "2.0.0 Service closing transmission channel") }
    var idle: Reply { named(421, "4.4.1 Connection timed out") }
    var stopping: Reply { named(421, "4.3.2 Service not active") }
    var tooManyErrors: Reply { named(421, "4.7.0 Too many errors on this connection, closing transmission channel") }
}
