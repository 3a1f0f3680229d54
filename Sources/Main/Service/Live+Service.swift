internal import EventLoops
internal import CurlTransmit
internal import FoundationEssentials
internal import Glibc
internal import Mail
internal import Relay

/// What the long-running parts need of the world, in the shapes the relay asks for.
extension Live {
    /// Ends early when its task is cancelled, which every caller looks at next.
    var wait: @Sendable (_ seconds: Double) async -> Void {
        { seconds in
            do { try await Task.sleep(for: .seconds(seconds)) } catch { return }
        }
    }

    /// In 0..<1, for jitter.
    var fraction: @Sendable () -> Double {
        { [draw] in Double(draw() >> 11) / Double(1 << 53) }
    }

    /// Clock and chance of the passage, and that its messages are seen through on the event loops.
    var world: Passage.World {
        Passage.World(now: now, wait: wait, draw: fraction, generator: { generator }, executor: { LoopExecutors.shared.nearest })
    }

    func identifier(_ prefix: String) -> String {
        var generator = generator
        return Identifier<Live>(prefix: prefix, using: &generator).text
    }

    /// Names this machine in Message-IDs; a name without a dot is no domain that anyone else knows, so it gets a suffix that says so (RFC 6762).
    var hostDomain: Domain {
        get throws(AddressError) {
            var name = [CChar](repeating: 0, count: 256)
            guard gethostname(&name, name.count - 1) == 0 else { return try Domain("mandate.local") }
            let host = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            do throws(AddressError) { return try Domain(host.contains(".") ? host : host + ".local") } catch {
                return try Domain("mandate.local")
            }
        }
    }

    func tokenClient(_ curl: CurlThread) -> TokenClient {
        TokenClient(curl, now: now, random: { randomBytes($0) }, environment: { environment[$0] })
    }

    /// One question to a provider, with a thread that ends with it.
    func asking<Answer: Sendable>(
        _ ask: (TokenClient) async throws(TokenFailure) -> Answer
    ) async throws(TokenFailure) -> Answer {
        let curl: CurlThread
        do { curl = try CurlThread() } catch { throw .temporary("no request can be made: \(error)", retryAfter: nil) }
        let answer: Result<Answer, TokenFailure>
        do throws(TokenFailure) { answer = .success(try await ask(tokenClient(curl))) } catch { answer = .failure(error) }
        await curl.stop()
        return try answer.get()
    }

    /// Tokens from the providers themselves, one renewal for all who wait.
    func renewer(
        _ store: any TokenStore & ConditionsStore, _ vault: Vault, holder: String, _ curl: CurlThread,
        report: @escaping @Sendable (TokenKey, TokenFailure) -> Void = { _, _ in },
        asked: @escaping @Sendable (TokenKey, TokenFailure?) -> Void = { _, _ in }, directory: @escaping @Sendable () -> Directory
    ) -> TokenRenewer {
        TokenRenewer(
            store: store, vault: vault, holder: holder, request: tokenClient(curl).requestToken,
            runCommand: { command throws(TokenFailure) in try await TokenProgram().run(command) },
            source: { directory().source(of: $0) },
            isNeeded: { directory().sendsOver($0.resource, with: $0.grant) }, now: now,
            draw: fraction, wait: wait, report: report, asked: asked)
    }
}

extension Directory {
    /// Whether mail of this grant leaves that way.
    fileprivate func sendsOver(_ resource: TokenResource, with grant: GrantID) -> Bool {
        mailboxes(of: grant).contains { $0.transports.contains { $0.resource == resource } }
            || allFamilies.contains { $0.grant == grant && $0.transports.contains { $0.resource == resource } }
    }
}
