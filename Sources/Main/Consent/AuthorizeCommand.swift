internal import ArgumentParser
internal import CurlTransmit
internal import Logging
internal import Relay
internal import SQLiteStore
internal import WebGateway

struct AuthorizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authorize", abstract: "Have the person behind a consent grant consent, for the first time or again.",
        discussion: """
            Without an option a browser on this machine does it: the command prints an address to open, waits, and says what came of it. The answer comes to `mandate \
            serve`, or to this command itself where no service runs. What worked before goes on working until the new consent is proven: the right person, every \
            permission, a refresh token.

            --paste   for a browser anywhere: sign in there, and paste the address it ends at (which cannot be reached, and need not be)
            --device  for a person at another screen: a short code to type in there (Microsoft; Google gives no mail permissions that way)

            Examples:
              mandate grants authorize ann
              mandate grants authorize ann --paste
            """)

    @OptionGroup var options: StoreOptions
    @Argument(help: "Id or name of the grant.") var grant: String
    @Flag(help: "Paste the address the browser ends at.") var paste = false
    @Flag(help: "Show a code to type in at another screen.") var device = false

    func validate() throws {
        if paste, device { throw ValidationError("--paste and --device exclude each other") }
    }

    func run() async throws {
        let live = Live.current
        try await options.change(live) { opened in
            let grant = try await Finder(store: opened.store).find(Grant.self, grant)
            let directory = try await opened.store.directory(of: DirectorySlice())
            let curl = try CurlThread()
            let desk = live.consentDesk(opened.store, opened.vault, curl) { ConsentPurpose($0, in: directory) }
            let session = ConsentSession(desk: desk, grant: grant, address: directory.settings.publicAddress, live: live)
            let words: Result<String, any Error>
            do {
                words = .success(
                    device
                        ? try await session.throughDevice(live.tokenClient(curl))
                        : paste ? try await session.throughPaste() : try await session.throughBrowser())
            } catch { words = .failure(error) }
            await curl.stop()
            live.say(DisplayWidth.printable(try words.get()))
        }
    }
}

/// One consent as the command leads a person through it.
struct ConsentSession {
    let desk: ConsentDesk
    let grant: Grant
    let address: PublicAddress
    let live: Live

    /// Seconds between two looks at what became of it.
    private static let interval = 0.5

    func throughBrowser() async throws -> String {
        let application = grant.application.text
        let attempt = try await desk.begin(
            grant.id, way: .browser, redirectURI: address.redirectURI(application), by: live.person)
        return try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask { try await end(of: attempt) }
            if address.isSecure { show(attempt) } else { group.addTask { try await listen(for: attempt) } }
            defer { group.cancelAll() }
            while let words = try await group.next() {
                if let words { return words }
            }
            throw ConsentFailure.expired
        }
    }

    private func show(_ attempt: ConsentAttempt) {
        live.say("open this address in a browser, and sign in as \(grant.principal ?? "the mailbox's owner"):")
        live.output(address.start(attempt.application.text, consent: attempt.id.text))
    }

    /// Where no service runs on this machine, the command is the one that the browser comes back to. A taken port is the service's. The address is shown
    /// once somebody answers there.
    private func listen(for attempt: ConsentAttempt) async throws -> String? {
        let gateway = WebGateway(
            host: "127.0.0.1", port: address.port, address: address, desk: desk,
            logger: Logger(label: "mandate") { _ in SwiftLogNoOpLogHandler() }, onListening: { _ in show(attempt) })
        do { try await gateway.run() } catch is CancellationError { return nil } catch {
            show(attempt)
            live.say("waiting for `mandate serve`, which has port \(address.port)")
        }
        return nil
    }

    private func end(of attempt: ConsentAttempt) async throws -> String {
        while live.now() < attempt.expires, !Task.isCancelled {
            switch try await desk.store.consent(attempt.id)?.progress {
            case .granted(_, let words): return words
            case .refused(_, let words): throw CommandFailure(.notPermitted, words)
            case .waiting, .taken, nil: await live.wait(Self.interval)
            }
        }
        throw ConsentFailure.expired
    }

    func throughPaste() async throws -> String {
        let attempt = try await desk.begin(
            grant.id, way: .pasted, redirectURI: address.redirectURI(grant.application.text), by: live.person)
        live.say("open this address in a browser, and sign in as \(grant.principal ?? "the mailbox's owner"):")
        live.output(try desk.authorizationAddress(attempt))
        live.say("then paste here the address that the browser ends at, even if it says that it cannot be reached")
        let reader = SecretReader(live: live, option: "standard input", what: "address")
        let text = try reader.read(from: live.standardInput.isTerminal ? "prompt" : "-").revealText()
        guard let response = AuthorizationResponse(text) else {
            throw CommandFailure.data("this is not the address the provider sent the browser to: it has a state, and a code or an error")
        }
        let ended = try await desk.finish(response, from: .administrator, at: nil)
        guard ended.attempt.grant == grant.id else {
            throw CommandFailure.data("that answer belonged to another consent, which it ended: \(ended.words)")
        }
        return ended.words
    }

    func throughDevice(_ client: TokenClient) async throws -> String {
        let invitation = try await desk.invite(grant.id, by: live.person, request: client.requestDevice)
        live.say("open \(invitation.answer.completeURI ?? invitation.answer.verificationURI) on any screen, and type")
        live.output(invitation.answer.userCode)
        live.say("waiting until \(invitation.expires.second)")
        return try await desk.redeem(invitation, poll: client.pollDevice, wait: live.wait)
    }
}
