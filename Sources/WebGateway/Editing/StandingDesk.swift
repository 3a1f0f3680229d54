internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// What a person says of a standing.
struct StandingDesk: Sendable {
    let office: WebOffice
    let person: String

    func clear(_ key: StandingKey, of mailbox: Mailbox) async throws(StoreFailure) {
        let entry = JournalEntry(
            at: office.now, kind: .changed,
            facts: [.init("entity", "standing"), .init("id", mailbox.id.text), .init("observed", "cleared")],
            personal: [.init(.person, person), .init(.mailbox, key.login), .init(.from, key.from.description)])
        try await office.store.observe([.standing(key, nil)], journal: [entry])
        _ = await office.operations.catchUp()
    }
}
