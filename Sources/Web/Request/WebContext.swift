package import Hummingbird
internal import Logging
package import Mail
internal import NIOCore
internal import Relay

/// A request on its way: who is at the other end of the connection, and where it began.
package struct WebContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Of the connection itself; a proxy's where one stands between.
    package let peer: IPAddress
    /// The address of this machine that it came to.
    package var local: IPAddress? { channel.localAddress?.client }
    private let channel: any Channel
    package let requestID: String

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        peer = source.channel.remoteAddress?.client ?? .unspecified
        requestID = source.logger[metadataKey: "hb.request.id"]?.description ?? ""
    }
}
