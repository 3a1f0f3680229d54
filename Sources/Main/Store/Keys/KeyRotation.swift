internal import FoundationEssentials
internal import Relay
internal import Store

/// Puts a new key in the place of the vault's old one while everything runs, and can be begun again after a kill at any point:
///
/// 1. the new key joins the old one in the key file;
/// 2. the store takes only what is sealed under the new one (running services learn of it by being refused once, and read the file);
/// 3. what is sealed under the old one is sealed anew, a little at a time;
/// 4. the old key leaves the file.
struct KeyRotation {
    /// Values in one commit: mail that waits for the writer waits a few milliseconds.
    private static let step = 100

    struct Outcome: Hashable {
        var from: String
        var to: String
        var count = 0
        var dropped = 0
        var unreadable: [SecretName] = []
    }

    let opened: OpenedStore
    let source: KeySource

    init(_ opened: OpenedStore, _ source: KeySource) {
        self.opened = opened
        self.source = source
    }

    /// Alone, however long it takes: a lease would run out while this process is stopped, and it would go on with a key that was rotated away.
    func run() async throws -> Outcome {
        let lock = try FolderLock.rotation(of: opened.store.folder)
        let outcome = try await rotate()
        _ = consume lock
        return outcome
    }

    private func rotate() async throws -> Outcome {
        let (old, new) = try await target()
        guard opened.vault.use(new) else { throw CommandFailure(.fault, "the new key is in \(source.name), but was not read back") }
        try await opened.store.moveKey(to: new, by: opened.live.person, at: opened.live.now())
        var outcome = Outcome(from: old, to: new)
        let total = try await opened.store.sealedCounts().filter { $0.keyID != new }.reduce(0) { $0 + $1.count }
        var bar = ProgressBar("sealing anew", of: total, opened.live)
        for kind in SecretName.Kind.allCases { try await reseal(kind, &outcome, &bar) }
        bar.finish()
        if outcome.unreadable.isEmpty { try await trim(to: new) }
        return outcome
    }

    /// The key that goes and the one that comes, which is the last of several: those of a rotation that was cut short, or that somebody put there.
    private func target() async throws -> (old: String, new: String) {
        let keys = try source.keys(opened.live)
        let ids = try keys.map { try Vault(key: $0).keyID }
        if let new = ids.last, let old = ids.first(where: { $0 != new }) { return (old, new) }
        guard case .file(let path) = source else {
            throw CommandFailure.configuration(
                "\(source.name) is not mine to write: put a second key after the first there (`openssl rand -base64 32` makes one), and repeat"
            )
        }
        let fresh = Secret(opened.live.randomBytes(32))
        try KeyFile.replace(path, with: keys + [fresh])
        return (ids[0], try Vault(key: fresh).keyID)
    }

    private func reseal(_ kind: SecretName.Kind, _ outcome: inout Outcome, _ bar: inout ProgressBar) async throws {
        var owner: String? = ""
        while let last = owner {
            let step = try await opened.store.reseal(kind, after: last, limit: Self.step, with: opened.vault)
            outcome.count += step.count
            outcome.dropped += step.dropped
            outcome.unreadable += step.unreadable
            bar.advance(to: outcome.count + outcome.dropped)
            owner = step.last
        }
    }

    /// Only what the store is sealed under may be all that is left.
    private func trim(to new: String) async throws {
        guard case .file(let path) = source else { return }
        let keys = try source.keys(opened.live)
        let kept = try keys.filter { try Vault(key: $0).keyID == new }
        guard kept.count < keys.count else { return }
        guard kept.count == 1, try await opened.store.sealingKey() == new else {
            throw CommandFailure(.temporary, "\(path) was changed meanwhile: nothing was taken out of it; repeat")
        }
        try KeyFile.replace(path, with: kept)
    }
}
