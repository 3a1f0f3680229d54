internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import ServiceLifecycle

/// The doors over HTTPS: carries bytes, performs faults, records; `ProviderState` decides.
final class WebServer: Sendable {
    /// A token request is a short form; what is longer is not one.
    static let bodyLimit = 1 << 16
    /// Gmail's largest upload, in base64, and a little.
    private static let mailLimit = 52 << 20

    let port: Int
    private let group: ServiceGroup
    private let running: Task<Void, any Error>
    private let connections: ServerConnections

    /// Returns once the port is bound; throws if it cannot be. With `isControlled`, faults can be asked for and requests looked at over HTTPS, too.
    init(provider: Provider, host: String, port: Int, isControlled: Bool, tls: TLSConfiguration, logger: Logger) async throws {
        let connections = ServerConnections()
        self.connections = connections
        let router = Router(context: WebContext.self)
        for door in Door.allCases {
            for path in door.paths {
                let serve: @Sendable (Request, WebContext) async throws -> Response = { request, context in
                    connections.add(context.channel)
                    return try await Self.serve(door, request, context, provider)
                }
                if door.takesGet { router.get(RouterPath(path), use: serve) }
                if door.takesPost { router.post(RouterPath(path), use: serve) }
                if door.takesPut { router.put(RouterPath(path), use: serve) }
            }
        }
        if isControlled { Self.addControl(to: router, provider) }
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

    private static func serve(_ door: Door, _ request: Request, _ context: WebContext, _ provider: Provider) async throws -> Response {
        let isPost = request.method == .post || request.method == .put
        let body = isPost ? try await request.body.collect(upTo: door.takesMail ? mailLimit : bodyLimit) : ByteBuffer()
        let visit = Visit(
            door: door, isPost: isPost, path: request.uri.path, tenant: context.parameters.get("tenant") ?? "",
            user: context.parameters.get("user") ?? "", query: request.uri.query ?? "", form: door.takesMail ? "" : String(buffer: body),
            content: door.takesMail ? Array(buffer: body) : [], authorization: request.headers[.authorization])
        let lane: String?
        switch provider.with({ state, now in state.enter(visit, now: now) }) {
        case .failure(let crowded): return response(.document(crowded.answer))
        case .success(let entered): lane = entered
        }
        defer { if let lane { provider.with { state, _ in state.traffic.endRequest(lane) } } }
        return try await serve(visit, context, provider)
    }

    private static func serve(_ visit: Visit, _ context: WebContext, _ provider: Provider) async throws -> Response {
        let fault = provider.with { state, _ in state.faults.take(at: visit.door, login: visit.subject(state)) }
        switch fault {
        case nil: break
        case .answer(let answer):
            provider.with { state, now in state.noteFaulted(visit, status: answer.status, now: now) }
            return response(.document(answer))
        case .drop:
            provider.with { state, now in state.noteFaulted(visit, status: 0, now: now) }
            return try await hangUp(context)
        case .acceptThenDrop:
            _ = provider.with { state, now in state.answer(visit, now: now, isFaulted: true) }
            return try await hangUp(context)
        case .stall:
            try await provider.holds.hold(on: context.channel.eventLoop).get()
        case .delay(let milliseconds):
            try await context.channel.eventLoop.scheduleTask(in: .milliseconds(Int64(milliseconds))) {}.futureResult.get()
        }
        return response(provider.with { state, now in state.answer(visit, now: now, isFaulted: fault != nil) })
    }

    /// Closes under the response, which then has nowhere to go.
    private static func hangUp(_ context: WebContext) async throws -> Response {
        try await ConnectionCut.apply(to: context.channel)
        return Response(status: .internalServerError)
    }

    static func response(_ answer: WebAnswer) -> Response {
        switch answer {
        case .document(let answer):
            var fields = HTTPFields()
            fields[.contentType] = answer.contentType
            fields[.cacheControl] = "no-store, no-cache"
            for field in answer.fields {
                if let name = HTTPFields.Element.Name(field.name) { fields[name] = field.value }
            }
            return Response(
                status: .init(code: answer.status), headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body)))
        case .page(let status, let html):
            return Response(
                status: .init(code: status), headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
        case .redirect(let address): return Response(status: .found, headers: [.location: address])
        }
    }
}
