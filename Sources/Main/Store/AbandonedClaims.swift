internal import FoundationEssentials
internal import Relay
internal import Store

/// What a service that was killed had in hand on a store. A claim protects a message for five minutes, because nobody can see from it whether its process lives; the
/// lock in the store's folder can: the kernel lets go of it when the process ends. Whoever gets that lock speaks for the node, as its next run would.
struct AbandonedClaims: Sendable {
    let store: DatabaseStore
    let live: Live

    /// Every node that has served this store and does not run, once each for as long as it does not.
    func release(but known: inout Set<String>) async throws -> [SpoolID] {
        var released: [SpoolID] = []
        for node in FolderLock.nodes(in: store.folder) {
            guard let lock = try FolderLock.abandoned(node, of: store.folder) else {
                known.remove(node)
                continue
            }
            if known.insert(node).inserted {
                released += try await store.recover(for: Claimant(node: node, incarnation: live.identifier("gone")), at: live.now())
            }
            _ = consume lock
        }
        return released
    }

    func release() async throws -> [SpoolID] {
        var none: Set<String> = []
        return try await release(but: &none)
    }
}
