/// Asks the provider whether a mailbox may send as an address, and keeps what it says. Each refusal counts there.
package protocol StandingProber: Sendable {
    func probe(_ key: StandingKey, through mailbox: Mailbox, by person: String) async throws(StoreFailure) -> Standing?
}
