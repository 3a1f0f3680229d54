package import Relay
package import struct FoundationEssentials.Date

/// The right to serve a store that several machines can reach: one process has it, for a term that it prolongs. What a process writes that had it and lost it is
/// refused.
package protocol ServiceRight: Sendable {
    func take(_ holder: ServiceHolder) async throws(StoreFailure) -> ServiceTaking
    /// False: another has it.
    func prolong(_ holder: ServiceHolder) async throws(StoreFailure) -> Bool
    func drop(_ holder: ServiceHolder) async throws(StoreFailure)
    /// Who has it now; nil: nobody.
    func holder() async throws(StoreFailure) -> ServiceHolder?
}

/// What became of the wish to serve.
package enum ServiceTaking: Sendable, Hashable {
    /// It is ours. `before`: who had it and did not hand it over.
    case taken(before: ServiceHolder?)
    case held(by: ServiceHolder)
}

/// Who serves a store.
package struct ServiceHolder: Sendable, Hashable {
    package let node: String
    package let incarnation: String
    /// The machine that it runs on.
    package let host: String
    /// When its term ends; of one that takes it: nil.
    package let until: Date?

    package init(node: String, incarnation: String, host: String, until: Date? = nil) {
        self.node = node
        self.incarnation = incarnation
        self.host = host
        self.until = until
    }
}
