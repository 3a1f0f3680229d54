package import Mail
package import struct FoundationEssentials.Date

extension AcceptStage {
    /// Where a stage finds what it needs; one for all submissions of a gateway.
    package final class Surroundings: Sendable {
        package let store: any Spool & Journal
        /// A decider whose directory holds what the question can touch: the whole snapshot in the service, a slice in a command.
        package let decider: @Sendable (Question) async throws(StoreFailure) -> Decider
        package let now: @Sendable () -> Date
        package let generator: @Sendable () -> any RandomNumberGenerator
        /// Names us in Message-IDs and Received fields.
        package let domain: Domain
        package let limits: Limits
        /// nil: nobody here carries messages.
        package let departures: (any Departures)?
        /// Told once of each message that was handed in whole or refused before that. May not wait.
        package let report: @Sendable (AcceptReport) -> Void

        package init(
            store: any Spool & Journal, decider: @escaping @Sendable (Question) async throws(StoreFailure) -> Decider,
            now: @escaping @Sendable () -> Date, generator: @escaping @Sendable () -> any RandomNumberGenerator, domain: Domain,
            limits: Limits = Limits(), departures: (any Departures)? = nil,
            report: @escaping @Sendable (AcceptReport) -> Void = { _ in }
        ) {
            self.departures = departures
            self.store = store
            self.decider = decider
            self.now = now
            self.generator = generator
            self.domain = domain
            self.limits = limits
            self.report = report
        }
    }
}
