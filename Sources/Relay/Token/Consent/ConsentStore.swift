package import struct FoundationEssentials.Date

/// Keeps consents under way, so that the command that began one and the service that gets the answer may be two processes.
package protocol ConsentStore: Sendable {
    /// Keeps a new attempt, and forgets those that ended more than a day before it began.
    func begin(_ attempt: ConsentAttempt) async throws(StoreFailure)
    func consent(_ id: ConsentID) async throws(StoreFailure) -> ConsentAttempt?
    func consent(state digest: [UInt8]) async throws(StoreFailure) -> ConsentAttempt?
    /// The browser that opened the start page last is the one that may bring the answer. False unless the attempt waits.
    func bind(_ id: ConsentID, browser digest: [UInt8]) async throws(StoreFailure) -> Bool
    /// From waiting to taken, once; false when it was taken or has ended.
    func take(_ id: ConsentID, at now: Date) async throws(StoreFailure) -> Bool
    /// In one commit with the journal's line of why.
    func end(_ id: ConsentID, _ progress: ConsentAttempt.Progress, journal: [JournalEntry]) async throws(StoreFailure)
    /// Grant, refresh token, access token, health, use and the attempt's end in one commit, with its journal entries; false, and nothing kept, when a
    /// person has changed what its tokens are had with since the attempt began.
    func keep(_ result: ConsentResult) async throws(StoreFailure) -> Bool
    /// Of all grants that were ever consented to or used.
    func uses() async throws(StoreFailure) -> [GrantID: GrantUse]
}
