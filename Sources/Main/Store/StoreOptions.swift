internal import ArgumentParser
internal import Glibc
internal import PostgresEngine
internal import Relay
internal import SQLiteEngine
internal import Store

/// The option that every command on a store has, and the way to open one.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The store's folder, or its PostgreSQL database: postgres://… or service=…. Otherwise: MANDATE_STORE, /etc/mandate, /var/lib/mandate, the XDG state directory.",
            valueName: "place"))
    var store: String?

    func location(_ live: Live) throws(CommandFailure) -> StoreLocation {
        try StoreLocation(option: store, environment: live.environment, home: live.account.home, files: .live)
    }

    /// Whether later commands find this store without being told where it is.
    static func isFound(_ location: StoreLocation, _ live: Live) throws(CommandFailure) -> Bool {
        let usual = try StoreLocation(option: nil, environment: live.environment, home: live.account.home, files: .live)
        return usual.name == location.name
    }

    /// With its key: whatever changes something needs it, since the journal is keyed.
    func open(_ live: Live) async throws -> OpenedStore {
        let location = try existing(live)
        let vault = try KeyFile.vault(for: location.folder, live)
        return OpenedStore(store: try await Self.open(location, vault, live), vault: vault, live: live)
    }

    /// Without it: reading never needs the key.
    func openForReading(_ live: Live) async throws -> DatabaseStore { try await Self.open(existing(live), nil, live) }

    /// Reads, and lets go of the file.
    func read<Answer>(_ live: Live, _ work: (DatabaseStore) async throws -> Answer) async throws -> Answer {
        let store = try await openForReading(live)
        return try await closing(store) { try await work(store) }
    }

    /// Works with the key at hand, and lets go of the file.
    @discardableResult
    func change<Answer>(_ live: Live, _ work: (OpenedStore) async throws -> Answer) async throws -> Answer {
        let opened = try await open(live)
        return try await closing(opened.store) { try await work(opened) }
    }

    private func closing<Answer>(_ store: DatabaseStore, _ work: () async throws -> Answer) async throws -> Answer {
        let answer: Answer
        do {
            answer = try await work()
        } catch {
            try await store.close()
            throw error
        }
        try await store.close()
        return answer
    }

    private func existing(_ live: Live) throws(CommandFailure) -> StoreLocation {
        let location = try location(live)
        guard let owner = StoreOwner(of: location) else {
            guard location.database == nil else {
                throw .configuration("this machine has no part of the store at \(location.name); `mandate init` makes it, or the store")
            }
            throw .configuration("there is no store in \(location.folder) (\(location.reason)); `mandate init` makes one")
        }
        try owner.check(location, live)
        return location
    }

    static func open(_ location: StoreLocation, _ vault: Vault?, _ live: Live) async throws(StoreFailure) -> DatabaseStore {
        if let database = location.database {
            let store = try await PostgresStore.open(
                at: database, folder: location.folder, vault: vault, random: { live.randomBytes($0) })
            _ = try await store.dataVersion()  // tells the time
            if let clock = store.clock { live.adopt(clock) }
            return store
        }
        return try await SQLiteStore.open(at: location.folder, vault: vault, random: { live.randomBytes($0) }) { upgrade in
            live.say(
                upgrade.isDone
                    ? "the store is up to date, after \(upgrade.seconds) s"
                    : "bringing the store up to date: step \(upgrade.step) of \(upgrade.steps), \(upgrade.seconds) s so far; do not stop it"
            )
        }
    }
}

/// A store that can be changed.
struct OpenedStore: Sendable {
    let store: DatabaseStore
    let vault: Vault
    let live: Live
    /// Who answers for a change, in the journal.
    let person: String

    init(store: DatabaseStore, vault: Vault, live: Live, person: String? = nil) {
        self.store = store
        self.vault = vault
        self.live = live
        self.person = person ?? live.person
    }
}
