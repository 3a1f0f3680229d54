internal import Mail
internal import NIOCore

/// Where one connection came in: what it is held to, and how TLS begins there.
struct ConnectionOrigin: Sendable {
    let terms: Terms
    /// nil at the local socket, and where the system does not tell.
    let address: IPAddress?
    let isImplicitTLS: Bool
    let patience: GatewaySettings.Patience
    /// Puts TLS before everything else of the connection.
    let secure: @Sendable (ChannelHandlerContext) throws -> Void

    var isLocal: Bool { if case .local = terms.origin { true } else { false } }

    /// For logs.
    var place: String {
        switch terms.origin {
        case .local(let uid): "uid \(uid)"
        case .network: address?.description ?? "an unknown address"
        }
    }
}
