import CurlTransmit
import Foundation
import Logging
import Relay
import SQLiteEngine
import Store
import Sandbox
import Console
import Testing
import Web
import TestSupport

@testable import Main

/// Consent, refresh and sending with nothing of ours at the other end: an OpenID provider that others wrote, and Dovecot, which asks that provider whose
/// token it is. Set up by commands alone, as an administrator does it. `.ci/peers` installs both.
@Suite(.serialized, .enabled(if: OpenIDProvider.isInstalled && Dovecot.isInstalled, "`.ci/peers` installs the real peers"))
struct RealProviderTests {
    /// Tokens of half a minute are never good for another use, so each use is a refresh.
    @Test(arguments: ["xoauth2 oauthbearer", "oauthbearer"]) func consentRefreshAndMail(_ mechanisms: String) async throws {
        try await House.with(life: 30, mechanisms: mechanisms) { house in
            let wrong = try await house.authorize(as: "mallory@example.com")
            #expect(wrong.status == ExitStatus.notPermitted.rawValue)
            #expect(wrong.text.contains("mallory@example.com") && wrong.text.contains(OpenIDProvider.alice), "\(wrong.text)")

            let right = try await house.authorize(as: OpenIDProvider.alice)
            #expect(right.status == 0, "\(right.text)")
            #expect(right.text.contains("\(OpenIDProvider.alice) consented to openid email"), "\(right.text)")

            let first = await house.run("token", OpenIDProvider.alice).out
            let second = await house.run("token", OpenIDProvider.alice).out
            #expect(!first.isEmpty && !second.isEmpty && first != second, "refreshed, and not rotated")
            #expect(try await house.imap(second) == 0, "Dovecot takes it for IMAP")
            #expect(try await house.imap("nonsense") != 0)

            let check = await house.run("mailboxes", "check", OpenIDProvider.alice)
            #expect(check.status == 0, "\(check.out)")
            #expect(check.out.contains("signed in as \(OpenIDProvider.alice)"), "\(check.out)")
            let incoming = await house.run("mailboxes", "check", OpenIDProvider.alice, "--incoming")
            #expect(incoming.status == 0 && incoming.out.contains("imap localhost:"), "\(incoming.out)")
            try await house.sendOne()
            let received = try house.dovecot.messages()
            #expect(received.count == 1 && received[0].contains("Subject: through strangers"))

            #expect(try await house.provider.revokeTokens() < 300)
            let after = await house.run("mailboxes", "check", OpenIDProvider.alice)
            #expect(after.status != 0)
            #expect(after.out.contains("mandate grants authorize"), "\(after.out)")
            #expect(await house.run("grants", "show", "alice").out.contains("needs-consent"))
        }
    }

    /// The same through the browser's way: our start page, the provider's form, our redirect URI.
    @Test func consentThroughTheBrowsersWay() async throws {
        try await House.with(life: 3600) { house in
            let page = try await house.consentThroughTheGateway()
            #expect(page.contains("Consent given"), "\(page)")
            #expect(await house.run("grants", "show", "alice").out.contains("healthy"))
        }
    }
}

/// A store set up for Alice at the strange provider, with commands.
private struct House {
    let shell: Shell
    let provider: OpenIDProvider
    let dovecot: Dovecot
    let curl: CurlThread
    let port: Int

    static func with(life: Int, mechanisms: String = "xoauth2", _ body: (House) async throws -> Void) async throws {
        let shell = try await Shell.withStore()
        let curl = try CurlThread()
        let provider = try await OpenIDProvider(life: life, curl)
        let result: Result<Void, any Error>
        do { result = .success(try await with(shell, provider, curl, mechanisms, body)) } catch { result = .failure(error) }
        await provider.stop()
        await curl.stop()
        try result.get()
    }

    private static func with(
        _ shell: Shell, _ provider: OpenIDProvider, _ curl: CurlThread, _ mechanisms: String, _ body: (House) async throws -> Void
    ) async throws {
        let dovecot = try await Dovecot(
            folder: shell.folder + "/dovecot", tokens: .userinfo(provider.issuer + "/userinfo"), mechanisms: mechanisms)
        let house = House(shell: shell, provider: provider, dovecot: dovecot, curl: curl, port: try FreePorts.take())
        let result: Result<Void, any Error>
        do {
            try await house.setUp()
            result = .success(try await body(house))
        } catch { result = .failure(error) }
        try await dovecot.stop()
        try result.get()
    }

    func run(_ words: String..., input: String = "") async -> Shell.Answer { await shell.run(words, input: input, at: Date()) }

    private func setUp() async throws {
        let secret = try shell.file("secret.txt", "client-secret-of-the-house")
        for words in [
            [
                "providers", "add", "house", "--issuer", provider.issuer, "--smtp", "localhost:\(dovecot.ports.submission)", "--scope",
                "smtp=openid email", "--scope", "imap=openid email", "--imap", "localhost:\(dovecot.ports.imap)/starttls", "--trust",
                dovecot.certificate,
            ],
            ["settings", "set", "public-url", "http://localhost:\(port)"],
            [
                "applications", "add", "tracker", "--provider", "house", "--client-id", "tracker", "--secret-from", secret, "--domain",
                "example.com",
            ], ["grants", "add", "alice", "--application", "tracker", "--kind", "consent", "--principal", OpenIDProvider.alice],
            ["mailboxes", "add", OpenIDProvider.alice, "--grant", "alice"],
        ] {
            let answer = await shell.run(words, at: Date())
            guard answer.status == 0 else { throw CommandFailure.data("\(words): \(answer.err)") }
        }
    }

    /// `grants authorize --paste`, with a person who signs in as `subject`.
    func authorize(as subject: String) async throws -> (status: Int32, text: String) {
        let (input, page, words) = (try ProgramPipe(), try ProgramPipe(), try ProgramPipe())
        let program = try Program(
            [try Premises.program(), "grants", "authorize", "alice", "--paste", "--store", shell.store],
            Program.Streams(
                input: input.reading.fileDescriptor, output: page.writing.fileDescriptor, errors: words.writing.fileDescriptor))
        var printed = ""
        for await piece in try page.pieces() {
            printed += piece
            guard printed.contains("\n") else { continue }
            let back = try await provider.consent(at: printed.trimmingCharacters(in: .whitespacesAndNewlines), as: subject)
            input.writing.write(Data((back + "\n").utf8))
            try input.writing.close()
        }
        let text = try await words.text()
        return (await program.end(), text)
    }

    /// `serve` has the redirect URI's port; the person's browser has cookies and goes where it is sent.
    func consentThroughTheGateway() async throws -> String {
        let live = Live.system()
        let vault = try KeyFile.vault(for: shell.store, live)
        let store = try await SQLiteStore.open(at: shell.store, vault: vault, random: { live.randomBytes($0) })
        let directory = try await store.directory()
        let flow = live.consentFlow(store, vault, curl) { ConsentPurpose($0, in: directory) }
        let grant = try #require(Array(directory.allGrants).first)
        let address = directory.settings.publicAddress
        let (ports, announce) = AsyncStream<Int>.makeStream()
        let gateway = WebGateway(
            host: "127.0.0.1", port: port, address: address, site: ConsentRoutes(address: address, consents: flow),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onListening: { announce.yield($0) })
        let running = Task { try await gateway.run() }
        var iterator = ports.makeAsyncIterator()
        _ = await iterator.next()
        let attempt = try await flow.begin(
            grant.id, way: .browser, redirectURI: address.redirectURI(grant.application.text), by: "tester")
        let start = try await curl.perform(HTTPRequest(.get, address.start(grant.application.text, consent: attempt.id.text)))
        let cookie = String((start.value(of: "Set-Cookie") ?? "").prefix { $0 != ";" })
        let page = Browser.Page(
            status: start.status, location: nil, body: String(decoding: start.body, as: UTF8.self), fields: start.fields)
        let onward = try await curl.perform(
            HTTPRequest(.get, try #require(page.link("go=")), fields: [HTTPField("Cookie", cookie)]))
        let back = try await provider.consent(at: onward.value(of: "Location") ?? "", as: OpenIDProvider.alice)
        let answer = try await curl.perform(HTTPRequest(.get, back, fields: [HTTPField("Cookie", cookie)]))
        let done = try await curl.perform(
            HTTPRequest(.get, answer.value(of: "Location") ?? back, fields: [HTTPField("Cookie", cookie)]))
        running.cancel()
        _ = await running.result
        try await store.close()
        return String(decoding: done.body, as: UTF8.self)
    }

    /// Hands a message over and runs the service until it has gone.
    func sendOne() async throws {
        _ = await run("settings", "set", "EMAIL_FROM_USER_ID", OpenIDProvider.alice)
        let message = "To: bob@example.net\nSubject: through strangers\n\nHello.\n"
        let sent = await run("send", "--purpose", "notification", "--to", "bob@example.net", input: message)
        guard sent.status == 0 else { throw CommandFailure.data(sent.err) }
        let service = try Program([
            try Premises.program(), "serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0", "--store", shell.store,
        ])
        for _ in 0..<600 where try dovecot.messages().isEmpty { await Live.system().wait(0.05) }
        guard await service.stop() == 0 else { throw CommandFailure.data("the service did not end well") }
    }

    /// 0: signed in and listed the inbox.
    func imap(_ token: String) async throws -> Int32 {
        let program = try Program([
            "/usr/bin/curl", "-sS", "--cacert", dovecot.certificate, "--ssl-reqd", "--url", "imap://localhost:\(dovecot.ports.imap)/",
            "--user",
            OpenIDProvider.alice, "--oauth2-bearer", token.trimmingCharacters(in: .whitespacesAndNewlines),
        ])
        return await program.end()
    }
}
