package import Mail

/// Keeps what is observed, with revisions of its own.
package protocol ConditionsStore: Sendable {
    /// All of it, or only the standings of these From addresses beside all health.
    func conditions(of addresses: Set<EmailAddress>?) async throws(StoreFailure) -> Conditions
    func observations(since revision: Int64) async throws(StoreFailure) -> (observations: [Observation], revision: Int64)
    func observe(_ observations: [Observation], journal: [JournalEntry]) async throws(StoreFailure)
    /// Moves whenever another process has committed anything (SQLite's `data_version`): cheap enough to ask every 250 ms.
    func dataVersion() async throws(StoreFailure) -> Int64
}
