import Foundation
import Relay
import TestSupport
import Testing

@testable import Main

/// Sending through mail servers that others wrote: both mechanisms, both kinds of TLS, tokens short and long. `.ci/peers` installs them.
@Suite(.serialized, .enabled(if: Postfix.isInstalled && Dovecot.isInstalled, "`.ci/peers` installs the real peers; Postfix wants root"))
struct RealServerTests {
    /// The token is made so long that it does not fit on AUTH's own line (RFC 4954 section 4).
    @Test(arguments: ["xoauth2", "oauthbearer"]) func everyTokenThroughEveryDoor(_ mechanism: String) async throws {
        try await Street.with(mechanism) { street in
            let doors = [
                ("dovecot", "\(street.dovecot.ports.submission)/starttls"), ("dovecots", "\(street.dovecot.ports.submissions)/tls"),
                ("postfix", "\(street.postfix.submission)/starttls"), ("postfixs", "\(street.postfix.submissions)/tls"),
            ]
            var users: [String] = []
            for (name, door) in doors {
                try await street.addProvider(name, door)
                for octets in [300, 5_400] {
                    users.append("\(name)-\(octets)@example.com")
                    try await street.addMailbox(users[users.count - 1], at: name, octets: octets)
                }
            }
            try await street.serving {
                for user in users { try await street.send(from: user) }
                let received = try await street.received(users.count)
                for user in users {
                    let own = received.filter { $0.contains("Subject: from \(user)\n") }
                    #expect(own.count == 1, "\(user)")
                    #expect(own.first?.contains("From: \(user)\n") == true && own.first?.contains("X-Mail-Args: <\(user)>") == true)
                    // Postfix writes down how it was reached: with TLS and a log-in.
                    if user.hasPrefix("postfix") { #expect(own.first?.contains("with ESMTPSA") == true) }
                }
            }
        }
    }

    /// Where mail is read, of a provider that has POP3 only: tokens short and long are let in, and somebody else's is not.
    @Test(arguments: ["xoauth2", "oauthbearer"]) func mailIsReadOverPOP3(_ mechanism: String) async throws {
        try await Street.with(mechanism) { street in
            try await street.addProvider(
                "dovecot", "\(street.dovecot.ports.submission)/starttls", pop: "localhost:\(street.dovecot.ports.pop3s)/tls")
            for octets in [300, 5_400] {
                let user = "reader-\(octets)@example.com"
                try await street.addMailbox(user, at: "dovecot", octets: octets)
                let answer = await street.shell.run(["mailboxes", "check", user, "--incoming"], at: Date())
                #expect(answer.status == 0 && answer.out.contains("✓ pop3 localhost:"), "\(answer.out)")
            }
            try await street.run("mailboxes", "add", "eve@example.com", "--grant", "reader-300@example.com")
            let answer = await street.shell.run(["mailboxes", "check", "eve@example.com", "--incoming"], at: Date())
            #expect(answer.status == ExitStatus.configuration.rawValue && answer.out.contains("✗ pop3 localhost:"), "\(answer.out)")
        }
    }

    /// As it comes, Postfix takes no command line of more than 2,048 octets, and 12,288 of what answers a 334 (RFC 4954, section 4): a token of 5,400 signs
    /// in on a line of its own, one of 10,000 does not. That is the server's limit and no fault of the token: nothing is held against the grant or the
    /// application, and the message waits, or goes another way.
    @Test(arguments: ["xoauth2", "oauthbearer"]) func aLineThatIsTooLongIsTheServersLimit(_ mechanism: String) async throws {
        try await Street.with(mechanism, lineLimit: 2_048) { street in
            try await street.addProvider("postfix", "\(street.postfix.submission)/starttls")
            try await street.addMailbox("middle@example.com", at: "postfix", octets: 5_400)
            try await street.run("mailboxes", "check", "middle@example.com")
            try await street.addMailbox("long@example.com", at: "postfix", octets: 10_000)
            try await street.serving {
                try await street.run("settings", "set", "fallback", "hold")
                try await street.send(from: "long@example.com")
                try await street.until { try await street.run("queue", "list").out.contains("held") }
                #expect(try street.dovecot.messages().isEmpty)

                try await street.run("settings", "set", "EMAIL_FROM_USER_ID", "middle@example.com")
                try await street.run("settings", "unset", "fallback")
                try await street.run("queue", "release", "--all")
                let message = try await street.received(1)[0]
                #expect(message.contains("<middle@example.com>\n") && message.contains("Reply-To: long@example.com\n"), "\(message)")
            }
            let check = await street.shell.run(["mailboxes", "check", "long@example.com"], at: Date())
            #expect(check.status == ExitStatus.configuration.rawValue, "\(check.out)")
            #expect(check.out.contains("the server takes no line as long as this token needs: 5"), "\(check.out)")
            #expect(check.out.contains("a limit of the server, not a bad token"), "\(check.out)")
            for user in ["long@example.com", "middle@example.com"] {
                let grant = try await street.run("grants", "show", user).out
                #expect(grant.contains("healthy") && !grant.contains("needs-consent"), "\(grant)")
            }
            let journal = try await street.run("audit", "journal").out
            #expect(journal.contains("token-too-long"), "\(journal)")
            #expect(!journal.contains("token-refused") && !journal.contains("token rejected"), "\(journal)")
        }
    }

    /// Whoever may not be the sender is found out by the refusal, and the message arrives all the same. A server that is down delays and loses nothing.
    @Test(.timeLimit(.minutes(20))) func strangersFallToReplyToAndStoppedServersDelay() async throws {
        try await Street.with("xoauth2") { street in
            try await street.addProvider("postfix", "\(street.postfix.submission)/starttls")
            try await street.addMailbox("alice@example.com", at: "postfix", octets: 300)
            try await street.run("settings", "set", "EMAIL_FROM_USER_ID", "alice@example.com")
            try await street.run("delegations", "grant", "alice@example.com", "bob@example.com", "--kind", "send-as")
            try await street.serving {
                try await street.send(from: "bob@example.com")
                let first = try await street.received(1)[0]
                #expect(
                    first.contains("From: \"bob via example.com\" <alice@example.com>\n") && first.contains("Reply-To: bob@example.com\n"),
                    "\(first)")
                // A refusal is a doubt until the probe has had its say, which may come after the message.
                var audit = await street.shell.run(["audit", "unauthorized"], at: Date())
                while audit.status != ExitStatus.found.rawValue {
                    await Live.current.wait(0.1)
                    audit = await street.shell.run(["audit", "unauthorized"], at: Date())
                }
                let row = audit.out.split(separator: "\n").first { $0.hasPrefix("unauthorized ") }
                #expect(row?.contains(" bob@example.com ") == true, "\(audit.out)")
                #expect(!audit.out.contains("secret-end-unknown"), "where a program makes the tokens there is no secret")
                #expect(try await street.run("audit", "journal").out.contains("553 5.7.1"))

                try await street.postfix.stop()
                try await street.send(from: "alice@example.com")
                try await street.until { try await street.run("queue", "list").out.contains("connect") }
                #expect(try street.dovecot.messages().count == 1)
                try await street.postfix.start()
                try await street.run("queue", "retry", "--all")
                #expect(try await street.received(2).contains { $0.contains("Subject: from alice@example.com\n") })
            }
        }
    }
}

/// Both servers, a mint whose tokens they take, and a store set up for them by commands.
private struct Street {
    let shell: Shell
    let dovecot: Dovecot
    let postfix: Postfix
    private let mint: TokenMint

    static func with(_ mechanism: String, lineLimit: Int = 16_384, _ body: (Street) async throws -> Void) async throws {
        let shell = try await Shell.withStore()
        let mint = TokenMint()
        let dovecot = try await Dovecot(folder: shell.folder + "/dovecot", tokens: .minted(mint), mechanisms: mechanism)
        let result: Result<Void, any Error>
        do { result = .success(try await with(shell, mint, dovecot, lineLimit, body)) } catch { result = .failure(error) }
        try await dovecot.stop()
        try result.get()
    }

    private static func with(
        _ shell: Shell, _ mint: TokenMint, _ dovecot: Dovecot, _ lineLimit: Int, _ body: (Street) async throws -> Void
    ) async throws {
        let postfix = try await Postfix(folder: shell.folder + "/postfix", beside: dovecot, lineLimit: lineLimit)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(Street(shell: shell, dovecot: dovecot, postfix: postfix, mint: mint)))
        } catch { result = .failure(error) }
        try await postfix.stop()
        try result.get()
    }

    @discardableResult
    func run(_ words: String..., input: String = "") async throws -> Shell.Answer { try await run(words, input: input) }

    func addProvider(_ id: String, _ door: String, pop: String? = nil) async throws {
        // Its tokens come from a program; nobody asks for one there.
        try await run(
            [
                "providers", "add", id, "--token-endpoint", "https://tokens.example.com/", "--scope", "smtp=mail", "--smtp",
                "localhost:" + door, "--trust", dovecot.certificate,
            ] + (pop.map { ["--scope", "imap=mail", "--pop", $0] } ?? []), input: "")
        try await run("applications", "add", id, "--provider", id, "--client-id", "none", "--no-secret")
    }

    /// Its token comes from a program, as where another one keeps tokens already.
    func addMailbox(_ address: String, at provider: String, octets: Int) async throws {
        let token = try shell.file("token-" + address, mint.token(for: address, octets: octets))
        try await run(["grants", "add", address, "--application", provider, "--kind", "command", "--", "/bin/cat", token], input: "")
        try await run("mailboxes", "add", address, "--grant", address)
    }

    func send(from address: String) async throws {
        try await run(
            "send", "--to", "rob@example.net", input: "From: \(address)\nTo: rob@example.net\nSubject: from \(address)\n\nHello.\n")
    }

    func serving(_ body: () async throws -> Void) async throws {
        let service = try Program([
            try Premises.program(), "serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0", "--store", shell.store,
        ])
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        #expect(await service.stop() == 0)
        try result.get()
    }

    func received(_ count: Int) async throws -> [String] {
        try await until { try dovecot.messages().count { !$0.isEmpty } >= count }
        let messages = try dovecot.messages()
        #expect(messages.count == count)
        return messages
    }

    func until(_ condition: () async throws -> Bool) async throws {
        for _ in 0..<600 {
            if try await condition() { return }
            await Live.system().wait(0.05)
        }
        throw CommandFailure.data("it did not come about: \(try await run("queue", "list").out)")
    }

    @discardableResult
    private func run(_ words: [String], input: String) async throws -> Shell.Answer {
        let answer = await shell.run(words, input: input, at: Date())
        guard answer.status == 0 else { throw CommandFailure.data("\(words): \(answer.out)\(answer.err)") }
        return answer
    }
}
