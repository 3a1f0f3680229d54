internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import ServiceLifecycle

/// The token endpoint's door: HTTPS in front of `ProviderState.token`. Carries bytes and performs faults; decides nothing.
final class TokenServer: Sendable {
    /// A token request is a short form; what is longer is not one.
    static let bodyLimit = 1 << 16

    let port: Int
    private let group: ServiceGroup
    private let running: Task<Void, any Error>
    private let connections: ServerConnections

    /// Returns once the port is bound; throws if it cannot be.
    init(provider: Provider, host: String, port: Int, tls: TLSConfiguration, logger: Logger) async throws {
        let connections = ServerConnections()
        self.connections = connections
        let router = Router(context: TokenContext.self)
        for path: RouterPath in ["/{tenant}/oauth2/v2.0/token", "/token"] {
            router.post(path) { request, context in
                connections.add(context.channel)
                return try await Self.answer(request, context, provider)
            }
        }
        Self.addAuthorization(to: router, provider, connections)
        let (bound, announce) = AsyncThrowingStream<Int, any Error>.makeStream()
        let application = Application(
            router: router, server: try .tls(.http1(), tlsConfiguration: tls),
            configuration: .init(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { announce.yield($0.localAddress?.port ?? 0) }, logger: logger)
        let group = ServiceGroup(configuration: .init(services: [application], logger: logger))
        self.group = group
        running = Task {
            do {
                try await group.run()
                announce.finish()
            } catch {
                announce.finish(throwing: error)
                throw error
            }
        }
        var first: Int?
        for try await port in bound {
            first = port
            break
        }
        guard let first else { throw SandboxError.notListening }
        self.port = first
    }

    /// Accepts no more, then cuts what is open: clients keep connections alive, and each would cost the five seconds of a TLS farewell.
    func stop() async throws {
        await group.triggerGracefulShutdown()
        await connections.closeAll(ConnectionCut.apply(to:))
        try await running.value
    }

    private static func answer(_ request: Request, _ context: TokenContext, _ provider: Provider) async throws -> Response {
        let tenant = context.parameters.get("tenant") ?? ""
        let form = try await request.body.collect(upTo: bodyLimit)
        let asked = TokenRequest(tenant: tenant, form: String(buffer: form))
        let fault = provider.with { state, _ in state.faults.takeAtToken(login: state.subject(of: asked)) }
        switch fault {
        case nil: break
        case .answer(let answer):
            provider.with { state, now in state.noteFaulted(asked, now: now) }
            return response(answer)
        case .drop:
            provider.with { state, now in state.noteFaulted(asked, now: now) }
            return try await hangUp(context)
        case .acceptThenDrop:
            _ = provider.with { state, now in state.token(asked, now: now) }
            return try await hangUp(context)
        case .stall:
            try await provider.holds.hold(on: context.channel.eventLoop).get()
        case .delay(let milliseconds):
            try await context.channel.eventLoop.scheduleTask(in: .milliseconds(Int64(milliseconds))) {}.futureResult.get()
        }
        return response(provider.with { state, now in state.token(asked, now: now) })
    }

    /// Closes under the response, which then has nowhere to go.
    private static func hangUp(_ context: TokenContext) async throws -> Response {
        try await ConnectionCut.apply(to: context.channel)
        return Response(status: .internalServerError)
    }

    static func response(_ answer: TokenAnswer) -> Response {
        var fields = HTTPFields()
        fields[.contentType] = answer.contentType
        fields[.cacheControl] = "no-store, no-cache"
        for field in answer.fields {
            if let name = HTTPFields.Element.Name(field.name) { fields[name] = field.value }
        }
        return Response(
            status: .init(code: answer.status), headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body)))
    }
}
