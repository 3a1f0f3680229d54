internal import Relay
internal import SQLiteStore

extension SQLiteStore {
    /// How everything stands, from what this store holds.
    func healthReport(_ live: Live) async throws -> HealthReport {
        let addresses = Set(try await self.directory(of: DirectorySlice()).allMailboxes.map(\.address))
        let directory = try await self.directory(of: DirectorySlice(addresses: addresses))
        return HealthReport(
            directory, try await conditions(of: addresses), uses: try await uses(),
            withoutSecret: try await applicationsWithoutSecret(directory),
            at: live.now())
    }

    /// A copy of the file alone lacks what was written last, and looks whole.
    var backingUp: String {
        "back the store up with: sqlite3 \(path.shellQuoted) \".backup FILE\" (also while it is served; a copy by cp lacks what was written last)"
    }
}

extension Sheet {
    mutating func add(_ health: Health, _ live: Live) {
        add("health", .text(health.state.rawValue))
        add("reason", Cell(health.reason.isEmpty ? nil : health.reason))
        add("since", Cell(health.since?.minute))
        add("ends", Cell(health.ends?.words(at: live.now())))
        add("last_success", Cell(health.lastSuccess?.minute))
        if !health.steps.isEmpty { add("next", .lines(health.steps)) }
    }
}
