import Mail
import Testing

@testable import Main

/// The command lines and inputs that programs give sendmail.
struct SendmailWordsTests {
    struct Line: Sendable, CustomStringConvertible {
        let words: String
        let expects: @Sendable (SendmailOptions) -> Bool

        var description: String { words }
        init(_ words: String, _ expects: @escaping @Sendable (SendmailOptions) -> Bool) {
            self.words = words
            self.expects = expects
        }
    }

    @Test(arguments: [
        Line("-t -i") { $0.readsRecipients && !$0.endsAtDot && $0.recipients.isEmpty },
        Line("-ti") { $0.readsRecipients && !$0.endsAtDot }, Line("-it") { $0.readsRecipients && !$0.endsAtDot },
        Line("-oi -t") { $0.readsRecipients && !$0.endsAtDot }, Line("-oem -odb ann") { $0.endsAtDot && $0.recipients == ["ann"] },
        Line("-f a@b.example x") { $0.sender == "a@b.example" && $0.recipients == ["x"] },
        Line("-fa@b.example x") { $0.sender == "a@b.example" && $0.recipients == ["x"] },
        Line("-r a@b.example x") { $0.sender == "a@b.example" },
        Line("-tfa@b.example") { $0.readsRecipients && $0.sender == "a@b.example" },
        Line("-FCronDaemon -i -B8BITMIME -oem root") { $0.fullName == "CronDaemon" && !$0.endsAtDot && $0.recipients == ["root"] },
        Line("-N success,failure -R hdrs -V id x") { $0.notify == "success,failure" && $0.ret == "hdrs" && $0.envelopeID == "id" },
        Line("-- -odd@b.example") { $0.recipients == ["-odd@b.example"] }, Line("x -i") { $0.recipients == ["x"] && !$0.endsAtDot },
        Line("-bm x") { $0.task == .send }, Line("-bp") { $0.task == .listQueue }, Line("-bs") { $0.task == .speakSMTP },
        Line("-bi") { $0.task == .nothing }, Line("-I") { $0.task == .nothing }, Line("-q") { $0.task == .nothing },
        Line("-q30m") { $0.task == .nothing }, Line("-v -U -G -m -n -d0.1 -x x") { $0.task == .send && $0.recipients == ["x"] },
        Line("-C /etc/mail.cf -h 5 -O A=b -X /dev/null -L tag x") { $0.recipients == ["x"] }, Line("-") { $0.recipients == ["-"] },
    ])
    func optionsAreRead(_ line: Line) throws {
        #expect(line.expects(try SendmailOptions(line.words.split(separator: " ").map(String.init))))
    }

    @Test(arguments: ["success\r\nRCPT TO:<eve@example.net>", "a b", "", "\u{E9}"]) func aValueIsOneWord(_ value: String) {
        for flag in ["-N", "-R", "-V"] { #expect(throws: SendmailOptions.Failure.self) { try SendmailOptions([flag, value]) } }
    }

    @Test(arguments: ["-f", "-bd", "-bv", "-bt", "-N"]) func whatCannotBeDoneIsSaid(_ words: String) {
        #expect(throws: SendmailOptions.Failure.self) { try SendmailOptions([words]) }
    }

    @Test(arguments: [("mailq", SendmailOptions.Task.listQueue), ("newaliases", .nothing), ("sendmail", .send)])
    func theNameSaysWhatIsMeant(_ name: String, _ task: SendmailOptions.Task) throws {
        #expect(try SendmailOptions([], calledAs: name).task == task)
    }

    @Test(arguments: [
        ("a\nb\n", true, "a\r\nb\r\n"), ("a\r\nb\n", true, "a\r\nb\r\n"), ("a\nb", true, "a\r\nb\r\n"), ("a\n.\nb\n", true, "a\r\n"),
        ("a\n.\nb\n", false, "a\r\n.\r\nb\r\n"), ("a\n.\r\nb\n", true, "a\r\n"), ("a\n..\n", true, "a\r\n..\r\n"), ("", true, ""),
        ("\n", true, "\r\n"), ("a\rb\n", true, "a\rb\r\n"), (".\n", true, ""), ("a\n.", true, "a\r\n"),
    ])
    func linesComeOutWithCRLF(_ text: String, _ endsAtDot: Bool, _ expected: String) throws {
        for size in [1, 2, 3, 1000] {
            var rest = Array(text.utf8)[...]
            var input = SendmailInput(endsAtDot: endsAtDot) { () throws(CommandFailure) in
                defer { rest = rest.dropFirst(size) }
                return Array(rest.prefix(size))
            }
            var out: [UInt8] = []
            while case let piece = try input.next(), !piece.isEmpty { out += piece }
            #expect(String(decoding: out, as: UTF8.self) == expected, "in pieces of \(size)")
        }
    }

    struct Case: Sendable, CustomStringConvertible {
        let description: String
        var words: String
        var header = "From: ann@b.example\r\n"
        var sender = "tester"
        var recipients: [String]
        var added = ""
    }

    @Test(arguments: [
        Case(
            description: "arguments", words: "x@b.example y@b.example,z@b.example",
            recipients: ["x@b.example", "y@b.example", "z@b.example"]),
        Case(
            description: "header", words: "-t", header: "From: a@b.example\r\nTo: X <x@b.example>, y@b.example\r\nBcc: z@b.example\r\n",
            recipients: ["x@b.example", "y@b.example", "z@b.example"]),
        Case(description: "both", words: "-t w@b.example", header: "To: x@b.example\r\n", recipients: ["w@b.example", "x@b.example"]),
        Case(description: "twice", words: "-t x@b.example", header: "Cc: x@b.example\r\n", recipients: ["x@b.example"]),
        Case(description: "accounts", words: "-t www-data", header: "From: root\r\nTo: root\r\n", recipients: ["www-data", "root"]),
        Case(description: "sender", words: "-f a@b.example x", sender: "a@b.example", recipients: ["x"]),
        Case(description: "null sender", words: "-f <> x", sender: "", recipients: ["x"]),
        Case(
            description: "no From", words: "-f a@b.example -F Name x", header: "Subject: s\r\n", sender: "a@b.example", recipients: ["x"],
            added: "From: Name <a@b.example>\r\n"),
        Case(
            description: "a name that would end the line", words: "-f a@b.example -F Name\r\nBcc:eve@b.example x", header: "Subject: s\r\n",
            sender: "a@b.example", recipients: ["x"], added: "From: \"Name  Bcc:eve@b.example\" <a@b.example>\r\n"),
        Case(description: "no header", words: "x", header: "just text\r\nmore\r\n", recipients: ["x"], added: "\r\n"),
    ])
    func lettersAreAddressed(_ it: Case) throws {
        let letter = try SendmailLetter(
            SendmailOptions(it.words.split(separator: " ").map(String.init)), header: Array(it.header.utf8), account: "tester")
        #expect(letter.sender == it.sender && letter.recipients == it.recipients)
        #expect(String(decoding: letter.added, as: UTF8.self) == it.added)
    }

    @Test(arguments: [
        ("-f \"a\rb\"@b.example x", ""), ("\"a\rb\"@b.example", ""), ("-t", "To: \"a\\\rb\"@b.example\r\n"),
        ("-t", "Bcc: <a\0@b.example>\r\n"),
        ("-t", "From: a@b.example\r\n"), ("", "To: x@b.example\r\n"), ("-t", "To: <broken\r\n"), ("-f a@b.example,c@d.example x", ""),
    ])
    func whoGetsItMustBeKnown(_ words: String, _ header: String) throws {
        let options = try SendmailOptions(words.split(separator: " ").map(String.init))
        #expect(throws: CommandFailure.self) { try SendmailLetter(options, header: Array(header.utf8), account: "tester") }
    }
}
