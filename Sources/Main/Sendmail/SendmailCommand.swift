internal import ArgumentParser

/// So that sendmail is listed and explained like every other command; what runs it is `SendmailProgram`, before any of this is parsed.
struct SendmailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sendmail", abstract: "Take a message as sendmail does, from cron, PHP, git and the like.",
        discussion: """
            Reads a message from standard input and hands it to the running service through the socket in its door (a folder in the store, or the one that \
            MANDATE_DOOR names); the client is known by the uid of whoever runs it (`mandate clients add cron --uid 1001`), and the store's owner and \
            root need none. While nobody listens the message is put into the maildrop beside the socket and judged when the service is back; what it cannot take then \
            goes to the .rejected folder beside the maildrop, and `mandate doctor` tells. Without a maildrop, 75. The store itself is never opened; programs \
            without an environment find the door only of a store that /etc/mandate names, or of /var/lib/mandate.

              -t             recipients also from To, Cc and Bcc
              -i, -oi        a line with a dot alone is part of the message
              -f, -r ADDRESS the envelope sender; <> for none
              -F NAME        the name in From, where the message has no From
              -N, -R, -V     reports of delivery, as in RFC 3461: success,failure,delay,never; full or hdrs; an id
              -bs            SMTP on the standard streams
              --             what follows are recipients

            Everything else that sendmail knows is taken and does nothing. A recipient without a domain, such as root, is the user of that id, else whom \
            administrative mail is from; a message without a usable From is administrative mail, unless the client says otherwise. Ends as sysexits say: 65 the message (or more recipients than smtp.recipients), 67 a recipient or user, 75 try again, 77 not permitted, 78 no route.

            Examples:
              mandate sendmail -t -i <message.eml
              ln -s /usr/local/bin/mandate /usr/sbin/sendmail          then any program's sendmail is this one
            """)
    @Argument(parsing: .captureForPassthrough, help: "Options and recipients, as above.") var words: [String] = []

    func run() async throws { throw SendmailProgram(live: .current).run(words, calledAs: "sendmail") }
}
