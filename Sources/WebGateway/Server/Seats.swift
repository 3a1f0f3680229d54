internal import Mail
internal import NIOCore
internal import Relay
internal import Synchronization

/// How many connections each address has, so that one that takes all it can get leaves room for the others. Reverse proxies stand for many, and are not
/// counted. A class because all connections share it.
final class Seats: Sendable {
    private let most: Int
    private let proxies: [Network]
    private let taken = Mutex<[IPAddress: Int]>([:])

    init(most: Int, proxies: [Network]) {
        self.most = most
        self.proxies = proxies
    }

    /// False: this address has as many as it may have.
    func take(_ address: IPAddress) -> Bool {
        guard !isProxy(address) else { return true }
        return taken.withLock { taken in
            guard taken[address, default: 0] < most else { return false }
            taken[address, default: 0] += 1
            return true
        }
    }

    func leave(_ address: IPAddress) {
        guard !isProxy(address) else { return }
        taken.withLock { taken in
            let rest = taken[address, default: 0] - 1
            taken[address] = rest > 0 ? rest : nil
        }
    }

    private func isProxy(_ address: IPAddress) -> Bool { proxies.contains { $0.contains(address) } }
}

/// A connection's seat, from its beginning to its end; without one it ends at once.
///
/// A class because NIO's handlers are; it lives on its channel's event loop.
final class SeatHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let seats: Seats
    private var address: IPAddress?

    init(_ seats: Seats) { self.seats = seats }

    func channelActive(context: ChannelHandlerContext) {
        let address = context.remoteAddress?.client ?? .unspecified
        guard seats.take(address) else { return context.close(promise: nil) }
        self.address = address
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let address { seats.leave(address) }
        address = nil
        context.fireChannelInactive()
    }
}

@available(*, unavailable)
extension SeatHandler: Sendable {}

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
