/// Asks the provider whether a mailbox may send as an address, and keeps what it says. Each refusal counts there.
package protocol StandingProber: Sendable {
    func probe(_ key: StandingKey, through mailbox: Mailbox, by person: String) async throws(StoreFailure) -> Standing?
}

/// Brings what is decided by up to the store, and tells whoever renews tokens whose credentials have changed.
package protocol StoreFollower: Sendable {
    /// False: the store cannot be read.
    @discardableResult
    func catchUp() async -> Bool
}

/// Whether mail can be taken: the store answers, and what is accepted can be kept.
package protocol ReadinessCheck: Sendable {
    func isReady() async -> Bool
}
