package import Relay
internal import struct FoundationEssentials.Date

/// What a person says of a stop.
package struct StandingController: Sendable {
    private let dependencies: WebDependencies
    private let person: String

    package init(dependencies: WebDependencies, person: String) {
        self.dependencies = dependencies
        self.person = person
    }

    /// Lifts what stopped a mailbox or the addresses of a family; false: nothing did.
    package func resume(_ row: ConcreteMailbox.Row, over transport: Transport? = nil) async throws(StoreFailure) -> Bool {
        let lifted = dependencies.snapshots.current.resuming(row, over: transport, at: dependencies.now)
        guard !lifted.isEmpty else { return false }
        let (kind, id): (EntityKind, String) =
            switch row {
            case .mailbox(let id): (.mailbox, id.text)
            case .family(let id): (.family, id.text)
            }
        let entry = JournalEntry(
            at: dependencies.now, kind: .changed, facts: [.init("entity", kind.rawValue), .init("id", id), .init("observed", "resumed")],
            personal: [.init(.person, person)])
        try await dependencies.store.observe(lifted, journal: [entry])
        _ = await dependencies.operations.catchUp()
        dependencies.operations.wake()
        return true
    }
}
