internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// What a person says of a standing.
struct StandingDesk: Sendable {
    let office: WebOffice
    let person: String

    /// Mail uses it again: what stopped that way out of the mailbox is lifted, too, or it could not.
    func clear(_ key: StandingKey, of mailbox: Mailbox) async throws(StoreFailure) {
        let entry = JournalEntry(
            at: office.now, kind: .changed,
            facts: [.init("entity", "standing"), .init("id", mailbox.id.text), .init("observed", "cleared")],
            personal: [.init(.person, person), .init(.mailbox, key.login), .init(.from, key.from.description)])
        let lifted = office.shelf.current.conditions.lifting(key.login, over: key.transport)
        try await office.store.observe([.standing(key, nil)] + lifted, journal: [entry])
        _ = await office.operations.catchUp()
    }

    /// Lifts what stopped a mailbox or the addresses of a family; false: nothing did.
    func resume(_ row: ConcreteMailbox.Row, over transport: Transport? = nil) async throws(StoreFailure) -> Bool {
        let lifted = office.shelf.current.resuming(row, over: transport, at: office.now)
        guard !lifted.isEmpty else { return false }
        let (kind, id): (EntityKind, String) =
            switch row {
            case .mailbox(let id): (.mailbox, id.text)
            case .family(let id): (.family, id.text)
            }
        let entry = JournalEntry(
            at: office.now, kind: .changed, facts: [.init("entity", kind.rawValue), .init("id", id), .init("observed", "resumed")],
            personal: [.init(.person, person)])
        try await office.store.observe(lifted, journal: [entry])
        _ = await office.operations.catchUp()
        office.operations.wake()
        return true
    }
}
