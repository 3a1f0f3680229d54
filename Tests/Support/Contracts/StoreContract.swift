package import Relay
package import Testing

/// What every store keeps to, whatever it is made of. A backend's tests run each contract's facts, each on a new, empty store:
///
///     @Test(arguments: SpoolContract.facts) func keepsTheSpool(_ fact: Fact<SpoolContract>) async throws { … }
package protocol StoreContract: Sendable {
    init(make: @escaping @Sendable () async throws -> any Store)
    /// Every function of the contract; one that is missing here is never run.
    static var facts: [Fact<Self>] { get }
}

/// One thing that must be true, with its name.
package struct Fact<Contract: StoreContract>: Sendable, CustomTestStringConvertible {
    package let name: String
    private let check: @Sendable (Contract) async throws -> Void

    package init(_ name: String, _ check: @escaping @Sendable (Contract) -> @Sendable () async throws -> Void) {
        self.name = name
        self.check = { try await check($0)() }
    }

    package func hold(make: @escaping @Sendable () async throws -> any Store) async throws { try await check(Contract(make: make)) }

    package var testDescription: String { name }
}

/// The failure that some work ends with; a failed expectation, and nil, when it ends well.
package func failure(
    _ sourceLocation: SourceLocation = #_sourceLocation, of work: () async throws(StoreFailure) -> some Any
) async -> StoreFailure? {
    do throws(StoreFailure) {
        let value = try await work()
        Issue.record("expected a failure, got \(value)", sourceLocation: sourceLocation)
        return nil
    } catch {
        return error
    }
}

extension StoreFailure {
    package var isConflict: Bool { if case .conflict = self { true } else { false } }
    package var isNotFound: Bool { if case .notFound = self { true } else { false } }
    package var isUnavailable: Bool { if case .unavailable = self { true } else { false } }
    package var isDamaged: Bool { if case .damaged = self { true } else { false } }
}
