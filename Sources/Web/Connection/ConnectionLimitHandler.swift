internal import Mail
internal import NIOCore
internal import Relay

/// A connection's seat, from its beginning to its end; without one it ends at once. Reverse proxies stand for many, and are not counted.
///
/// A class because NIO's handlers are; it lives on its channel's event loop.
final class ConnectionLimitHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let connectionLimit: ConnectionLimit
    private let share: Int
    private let proxies: [Network]
    private var visitor: ConnectionLimit.Visitor?

    init(_ connectionLimit: ConnectionLimit, share: Int, proxies: [Network]) {
        self.connectionLimit = connectionLimit
        self.share = share
        self.proxies = proxies
    }

    func channelActive(context: ChannelHandlerContext) {
        let address = context.remoteAddress?.client ?? .unspecified
        if !proxies.contains(where: { $0.contains(address) }) {
            // In all there are as many as the listener takes in.
            guard connectionLimit.take(.address(address), most: .max, share: share) else { return context.close(promise: nil) }
            visitor = .address(address)
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let visitor { connectionLimit.leave(visitor) }
        visitor = nil
        context.fireChannelInactive()
    }
}

@available(*, unavailable)
extension ConnectionLimitHandler: Sendable {}

extension SocketAddress {
    /// Where it is from; nil for what is no address of a network. Read where the system keeps it (`sockaddr_in`, `sockaddr_in6`), since writing it as text and
    /// reading that again took longer than a decision.
    var client: IPAddress? {
        withSockAddr { start, size in
            let octets = UnsafeRawBufferPointer(start: start, count: size)
            return switch self {
            case .v4: IPAddress(octets: Array(octets[4..<8]))
            case .v6: IPAddress(octets: Array(octets[8..<24]))?.unmapped
            case .unixDomainSocket: nil
            }
        }
    }
}
