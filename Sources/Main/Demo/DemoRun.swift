internal import FoundationEssentials
internal import Logging
internal import Mail
internal import Relay
internal import Sandbox
internal import Store

/// The main job on real input: a pretend Microsoft, a fresh store with a small company, every message handed over as its application would, and a comparison of what
/// the provider received with what was decided, byte for byte.
struct DemoRun: Sendable {
    let sandbox: Sandbox
    let store: DatabaseStore
    let vault: Vault
    let live: Live

    /// What was handed over and what became of it.
    struct Passage: Sendable {
        let message: DemoMessage
        let result: Result<Receipt, AcceptFailure>
        /// Of the accepted form's body, worked out here and not by what is being tested.
        let bodyDigest: String
    }

    /// Fills the store: the directory in one edit, its secrets sealed, the tokens' consents given at the pretend provider.
    func settle(_ company: Company) async throws {
        var secrets = [
            (SecretName(.clientSecret, of: "app-tracker"), Company.consentSecret),
            (SecretName(.clientSecret, of: "app-group"), Company.familySecret),
        ]
        for (name, login) in zip(["tracker", "ann", "ops"], Company.logins) {
            let token = try sandbox.consent(login: login, clientID: Company.clientID)
            secrets.append((SecretName(.refreshToken, of: "grant-" + name), token))
        }
        let changes = try secrets.map { SecretChange(name: $0.0, sealed: try vault.seal(Secret($0.1), for: $0.0)) }
        _ = try await store.apply(
            DirectoryEdit(try company.entities().map(DirectoryChange.put), secrets: changes, by: "demo", at: live.now()))
        try await store.observe(try company.observations(), journal: [])
    }

    /// Hands every message over, one after another, as applications do.
    func handOver(_ messages: [DemoMessage], to service: RelayService) async throws -> [Passage] {
        let domain = try Domain("demo.mandate.example")
        let surroundings = AcceptStage.Surroundings(
            store: store,
            decider: { [snapshots = service.snapshots] _ throws(StoreFailure) in
                Decider(directory: snapshots.current.directory, conditions: snapshots.current.conditions)
            }, now: live.now, generator: { [live] in live.generator }, domain: domain)
        var passages: [Passage] = []
        for message in messages {
            let pieces = try message.pieces()
            let submission = try message.submission(service.snapshots.current.directory)
            let result: Result<Receipt, AcceptFailure>
            do throws(AcceptFailure) {
                var stage = AcceptStage(submission, surroundings)
                for piece in pieces { try await stage.consume(piece) }
                result = .success(try await stage.finish())
                service.runner.wake()
            } catch { result = .failure(error) }
            passages.append(Passage(message: message, result: result, bodyDigest: try BodyDigest.of(pieces)))
        }
        return passages
    }

    /// Waits until nothing is on its way any more; false when that takes longer than `limit` seconds.
    func settled(within limit: Double) async throws -> Bool {
        try await holds(within: limit) {
            let queue = try await store.list(QueueFilter())
            return !queue.contains { $0.state == .waiting || $0.state == .claimed }
        }
    }

    /// Waits until nothing is doubted: what is compared is decided anew, and a right that was refused must have had its probe.
    func probed(within limit: Double, _ service: RelayService) async throws -> Bool {
        try await holds(within: limit) {
            service.snapshots.current.conditions.allStandings.allSatisfy { if case .doubted = $0.standing { false } else { true } }
        }
    }

    /// Waits for something that nobody tells us of; false when that takes longer than `limit` seconds.
    func holds(within limit: Double, _ condition: () async throws -> Bool) async throws -> Bool {
        let deadline = live.now().addingTimeInterval(limit)
        while live.now() < deadline {
            if try await condition() { return true }
            await live.wait(0.05)
        }
        return false
    }
}
