package import Relay

/// What a person says of a stop.
package struct StandingController: Sendable {
    private let dependencies: WebDependencies
    private let person: String

    package init(dependencies: WebDependencies, person: String) {
        self.dependencies = dependencies
        self.person = person
    }

    /// Lifts what stopped a mailbox or the addresses of a family; false: nothing did.
    package func resume(_ row: ConcreteMailbox.Row, over transport: Transport? = nil) async throws -> Bool {
        let plan = try await dependencies.editor(for: person).edit { try $0.resume(row, over: transport) }.plan
        guard plan.outcome != .unchanged else { return false }
        dependencies.operations.wake()
        return true
    }
}
