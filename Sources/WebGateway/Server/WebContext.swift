internal import Hummingbird
internal import Logging
internal import Mail
internal import NIOCore
internal import Relay

/// A request on its way: who is at the other end of the connection, and where it began.
struct WebContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Of the connection itself; a proxy's where one stands between.
    let peer: IPAddress
    /// The address of this machine that it came to.
    var local: IPAddress? { channel.localAddress?.client }
    private let channel: any Channel
    let requestID: String

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        peer = source.channel.remoteAddress?.client ?? .unspecified
        requestID = source.logger[metadataKey: "hb.request.id"]?.description ?? ""
    }
}

/// Who asks, as far as that is known.
struct Visitor: Sendable {
    enum Way: Sendable, Hashable {
        case stranger
        /// With credentials that are none of ours: those of a proxy in front, maybe.
        case foreign
        /// With the client's key in the request itself.
        case key
        /// With the cookie of a log-in.
        case session(Session)
    }

    /// Where the request came from, a trusted proxy's word included.
    let address: IPAddress
    var client: Client?
    var way: Way

    var roles: Set<Role> { client?.roles ?? [] }
    /// Who answers for a change, in the journal.
    var person: String { client?.name ?? address.description }
    var mayChange: Bool { roles.contains(.administrator) }
}
