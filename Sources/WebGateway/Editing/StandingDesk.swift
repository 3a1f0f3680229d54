internal import Relay
internal import struct FoundationEssentials.Date

/// What a person says of a stop.
struct StandingDesk: Sendable {
    let office: WebOffice
    let person: String

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
