/// Brings the snapshot up to the store and tells the broker whose credentials a person has changed.
package struct Follower: StoreFollower {
    private let store: any DirectoryStore & ConditionsStore
    private let snapshots: Snapshots
    private let broker: TokenBroker
    /// The store cannot be read.
    private let report: @Sendable (String) -> Void

    /// Seconds between two looks: a command's change is seen within a second, and a look costs one read.
    package static let interval = 0.25

    package init(
        store: any DirectoryStore & ConditionsStore, snapshots: Snapshots, broker: TokenBroker, report: @escaping @Sendable (String) -> Void
    ) {
        self.store = store
        self.snapshots = snapshots
        self.broker = broker
        self.report = report
    }

    /// Looks at the store's version four times a second, until its task is cancelled; `wake` is called after a change, and once a second for what has
    /// come due.
    package func run(wait: @Sendable (_ seconds: Double) async -> Void, wake: @Sendable () -> Void) async {
        var version: Int64 = -1
        var looks = 0
        while !Task.isCancelled {
            let now = await self.version()
            looks += 1
            if let now, now != version {
                // A look that failed is repeated, or the change would wait for the next one.
                if await catchUp() { version = now }
                wake()
            } else if looks % 4 == 0 {
                wake()
            }
            await wait(Self.interval)
        }
    }

    private func version() async -> Int64? {
        do throws(StoreFailure) { return try await store.dataVersion() } catch {
            report("the store cannot be watched: \(error)")
            return nil
        }
    }

    /// False when the store could not be read: the caller looks again.
    @discardableResult
    package func catchUp() async -> Bool {
        do throws(StoreFailure) {
            // Of a directory that nobody sees yet: a new one must not be met with a token of before.
            try await snapshots.catchUp(with: store) { await forget($0) }
            return true
        } catch {
            report("the directory cannot be followed: \(error)")
            return false
        }
    }

    private func forget(_ changed: [EntityKey]) async {
        let grants = Set(changed.filter { $0.kind == .grant }.map(\.id))
        let applications = Set(changed.filter { $0.kind == .application || $0.kind == .provider }.map(\.id))
        guard !grants.isEmpty || !applications.isEmpty else { return }
        let directory = snapshots.current.directory
        await broker.forget { id in
            if grants.contains(id.text) { return true }
            guard let source = directory.source(of: id) else { return true }
            return applications.contains(source.application.id.text) || applications.contains(source.provider.id.text)
        }
    }
}
