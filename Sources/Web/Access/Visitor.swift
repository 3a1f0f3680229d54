package import Mail
package import Relay

/// Who asks, as far as that is known.
package struct Visitor: Sendable {
    package enum Way: Sendable, Hashable {
        case stranger
        /// With credentials that are none of ours: those of a proxy in front, maybe.
        case foreign
        /// With the client's key in the request itself.
        case key
        /// With the cookie of a log-in.
        case session(Session)
    }

    /// Where the request came from, a trusted proxy's word included.
    package let address: IPAddress
    package var client: Client?
    package var way: Way

    package var roles: Set<Role> { client?.roles ?? [] }
    /// Who answers for a change, in the journal.
    package var person: String { client?.name ?? address.description }
    package var mayChange: Bool { roles.contains(.administrator) }
}
