internal import NIOCore
package import Relay

/// Where the submission server listens and what it holds its clients to.
package struct GatewaySettings: Sendable, Hashable {
    package struct Listener: Sendable, Hashable, CustomStringConvertible {
        package var host: String
        /// 0: any free one.
        package var port: Int
        /// TLS from the first octet (RFC 8314); otherwise STARTTLS.
        package var isImplicitTLS: Bool

        package init(host: String, port: Int, isImplicitTLS: Bool = false) {
            self.host = host
            self.port = port
            self.isImplicitTLS = isImplicitTLS
        }

        package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    package var listeners: [Listener]
    /// A socket of this machine, where the system says who calls.
    package var socketPath: String?
    /// Names us in greeting and EHLO.
    package var hostName: String
    package var identity: ServerIdentity?
    /// Keys may be given without TLS also off loopback.
    package var allowsClear = false
    package var connections = 2_000
    package var connectionsPerAddress = 500
    package var patience = Patience()

    package init(listeners: [Listener], hostName: String) {
        self.listeners = listeners
        self.hostName = hostName
    }

    /// Seconds that a client may take.
    package struct Patience: Sendable, Hashable {
        /// From one command to the next, to its last octet (RFC 5321 section 4.5.3.2.7: at least five minutes).
        package var command = 300.0
        /// Before it is known who calls.
        package var stranger = 60.0
        /// Without an octet of content (RFC 5321 section 4.5.3.2.5: three minutes).
        package var silence = 180.0
        /// For a whole message beside what it takes at `slowest`.
        package var content = 600.0
        /// Octets a second: who is slower for long holds a place that others want.
        package var slowest = 1024.0
        /// For what is under way when the service stops.
        package var farewell = 30.0

        package init() {}
    }
}
