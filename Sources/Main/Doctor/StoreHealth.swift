internal import Relay
internal import Store

extension DatabaseStore {
    func healthReport(_ live: Live) async throws(StoreFailure) -> HealthReport { try await healthReport(at: live.now()) }

    /// A copy of the file alone lacks what was written last, and looks whole.
    var backingUp: String {
        guard serviceRight == nil else {
            return
                "back the store up as any database: pg_dump --schema, or better its whole cluster with pg_basebackup and WAL archiving (also while it is served)"
        }
        return
            "back the store up with: sqlite3 \(place.shellQuoted) \".backup FILE\" (also while it is served; a copy by cp lacks what was written last)"
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
