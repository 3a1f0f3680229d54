internal import Synchronization

/// Directory and conditions of one moment. A message sees one snapshot from beginning to end.
package struct Snapshot: Sendable {
    package var directory: Directory
    package var conditions: Conditions

    package init(directory: Directory, conditions: Conditions) {
        self.directory = directory
        self.conditions = conditions
    }

    /// Nothing has changed from the one to the other.
    func isSame(as other: Snapshot) -> Bool {
        directory.edition == other.directory.edition && conditions.revision == other.conditions.revision
    }
}

/// Holds the newest snapshot for everyone who decides. A reader holds the lock for one copy of a reference; the one writer at a time swaps
/// the whole value, so no reader ever sees half a change.
package final class Snapshots: Sendable {
    // A class because tasks share it; its only state is behind the mutex.
    private let held: Mutex<Snapshot>

    package init(_ snapshot: Snapshot) { held = Mutex(snapshot) }

    package var current: Snapshot { held.withLock { $0 } }

    /// Loads what has changed since the snapshot at hand. Two callers at once do no harm: changes say what a thing has become, so who comes second applies
    /// some of them again, and one who has loaded less than is there by now leaves the newer snapshot alone. Afterwards the snapshot is at least as new as
    /// the store was when this was called.
    ///
    /// `announce` hears what people have changed before anyone can see it: whoever decides on the new directory must not be given what was had under the
    /// old one.
    package func catchUp(
        with store: some DirectoryStore & ConditionsStore, announce: (_ changed: [EntityKey]) async -> Void = { _ in }
    ) async throws(StoreFailure) {
        let before = current
        let directory: (changes: [DirectoryChange], edition: Edition)
        do throws(StoreFailure) {
            directory = try await store.changes(since: before.directory.edition)
        } catch .editionMoved {
            return try await reload(from: store, announce)
        }
        let conditions = try await store.observations(since: before.conditions.revision)
        await announce(directory.changes.map(\.key))
        held.withLock { snapshot in
            if snapshot.directory.edition >= before.directory.edition, directory.edition > snapshot.directory.edition {
                snapshot.directory.apply(directory.changes, edition: directory.edition)
            }
            if snapshot.conditions.revision >= before.conditions.revision, conditions.revision > snapshot.conditions.revision {
                snapshot.conditions.apply(conditions.observations, revision: conditions.revision)
            }
        }
        pack()
    }

    /// Beside those who decide meanwhile: a directory that changes again while it is packed is packed another time.
    private func pack() {
        guard let packed = current.directory.packed() else { return }
        held.withLock { snapshot in if snapshot.directory.edition == packed.edition { snapshot.directory = packed } }
    }

    /// Everything anew: the store no longer knows what changed since the edition at hand. Every grant may be among it.
    private func reload(
        from store: some DirectoryStore & ConditionsStore, _ announce: (_ changed: [EntityKey]) async -> Void
    ) async throws(StoreFailure) {
        let directory = try await store.directory()
        let conditions = try await store.conditions(of: nil)
        await announce(directory.allGrants.map { EntityKey(.grant, $0.id.text) })
        held.withLock { snapshot in
            if directory.edition >= snapshot.directory.edition { snapshot.directory = directory }
            if conditions.revision >= snapshot.conditions.revision { snapshot.conditions = conditions }
        }
    }
}

/// Brings what is decided by up to the store, and tells whoever renews tokens whose credentials have changed.
package protocol StoreFollower: Sendable {
    /// False: the store cannot be read.
    @discardableResult
    func catchUp() async -> Bool
}
