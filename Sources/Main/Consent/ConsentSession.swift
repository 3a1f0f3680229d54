internal import CurlTransmit
internal import Logging
internal import Relay
internal import Synchronization
internal import Console
internal import Web

/// One consent as the command leads a person through it.
struct ConsentSession {
    let flow: ConsentFlow
    let grant: Grant
    let address: PublicAddress
    let live: Live

    /// Seconds between two looks at what became of it.
    private static let interval = 0.5
    /// Seconds that the browser has to fetch the last page.
    private static let lastPageLimit = 3.0

    func throughBrowser() async throws -> String {
        let application = grant.application.text
        let attempt = try await flow.begin(
            grant.id, way: .browser, redirectURI: address.redirectURI(application), by: live.person)
        try say(flow.brief(attempt))
        guard !address.isSecure else {
            show(attempt)
            return try await end(of: attempt)
        }
        let (shown, showing) = AsyncStream<Void>.makeStream()
        return try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask { try await listen(for: attempt) { if $0 == attempt.id { showing.yield() } } }
            group.addTask {
                let words = await Result { try await end(of: attempt) }
                await lastPage(shown)
                return try words.get()
            }
            defer { group.cancelAll() }
            while let words = try await group.next() {
                if let words { return words }
            }
            throw ConsentFailure.expired
        }
    }

    /// The browser is on its way to the page that says how it ended: it gets that far, but is not waited for long, since it may have gone to a service.
    private func lastPage(_ shown: AsyncStream<Void>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in shown { return } }
            group.addTask { await live.wait(Self.lastPageLimit) }
            await group.next()
            group.cancelAll()
        }
        await live.wait(0.1)  // for the bytes of the page itself
    }

    private func say(_ brief: ConsentBrief) { live.say(DisplayWidth.printable(brief.words)) }

    private func show(_ attempt: ConsentAttempt) {
        live.say("open this address in a browser, and sign in as \(grant.principal ?? "the mailbox's owner"):")
        live.output(address.start(attempt.application.text, consent: attempt.id.text))
    }

    /// Where no service runs on this machine, the command is the one that the browser comes back to. The address is shown once somebody answers there.
    private func listen(for attempt: ConsentAttempt, onShown: @escaping @Sendable (ConsentID) -> Void) async throws -> String? {
        let said = Mutex(false)
        let showOnce: @Sendable () -> Void = {
            if said.withLock({ said in
                defer { said = true }; return !said
            }) {
                show(attempt)
            }
        }
        let gateway = WebGateway(
            host: "127.0.0.1", port: address.port, address: address,
            site: ConsentRoutes(address: address, consents: flow, onShown: onShown),
            logger: Logger(label: "mandate") { _ in SwiftLogNoOpLogHandler() }, onListening: { _ in showOnce() })
        while !Task.isCancelled {
            do { try await gateway.run() } catch is CancellationError { return nil } catch let failure as CannotListen where failure.isTaken
            {
                // A service has it, which will do as well; or another consent under way, whose end sets it free.
                let isFirst = !said.withLock { $0 }
                showOnce()
                if isFirst { live.say(Self.words(of: failure, address)) }
            }
            await live.wait(Self.interval)
        }
        return nil
    }

    /// Which port it is, and what to do where neither of ours has it.
    static func words(of taken: CannotListen, _ address: PublicAddress) -> String {
        let other = PublicAddress(
            isSecure: false, host: address.host, port: taken.port < 65535 ? taken.port + 1 : taken.port - 1, path: address.path)
        return
            "\(taken.host):\(taken.port) is taken, and waited for; `mandate serve` or another `grants authorize` there does as well. If it is another program's: "
            + "`mandate settings set public-url \(other.description.shellQuoted)` uses another port (register its redirect URI at the provider), and --paste needs none"
    }

    private func end(of attempt: ConsentAttempt) async throws -> String {
        while live.now() < attempt.expires, !Task.isCancelled {
            switch try await flow.store.consent(attempt.id)?.progress {
            case .granted(_, let words): return words
            case .refused(_, let words): throw CommandFailure(.notPermitted, words)
            case .waiting, .taken, nil: await live.wait(Self.interval)
            }
        }
        throw ConsentFailure.expired
    }

    func throughPaste() async throws -> String {
        let attempt = try await flow.begin(
            grant.id, way: .pasted, redirectURI: address.redirectURI(grant.application.text), by: live.person)
        try say(flow.brief(attempt))
        live.say("open this address in a browser, and sign in as \(grant.principal ?? "the mailbox's owner"):")
        live.output(try flow.authorizationAddress(attempt))
        live.say("then paste here the address that the browser ends at, even if it says that it cannot be reached")
        let reader = SecretReader(live: live, option: "standard input", what: "address")
        let text = try reader.read(from: live.standardInput.isTerminal ? "prompt" : "-").revealText()
        guard let response = AuthorizationResponse(text) else {
            throw CommandFailure.data("this is not the address the provider sent the browser to: it has a state, and a code or an error")
        }
        let ended = try await flow.finish(response, from: .administrator, at: nil)
        guard ended.attempt.grant == grant.id else {
            throw CommandFailure.data("that answer belonged to another consent, which it ended: \(ended.words)")
        }
        return ended.words
    }

    func throughDevice(_ client: TokenClient) async throws -> String {
        let invitation = try await flow.invite(grant.id, by: live.person, request: client.requestDevice)
        try say(flow.brief(invitation.attempt, expires: invitation.expires))
        let place = invitation.answer.completeURI ?? invitation.answer.verificationURI
        live.say(
            "open \(DisplayWidth.printable(place)) on any screen, sign in as \(grant.principal ?? "the mailbox's owner"), and type")
        live.output(DisplayWidth.printable(invitation.answer.userCode))
        return try await flow.redeem(invitation, poll: client.pollDevice, wait: live.wait)
    }
}

extension Result where Failure == any Error {
    /// As the initialiser of the standard library, for work that is waited for.
    init(_ work: () async throws -> Success) async {
        do { self = .success(try await work()) } catch { self = .failure(error) }
    }
}
