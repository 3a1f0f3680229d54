internal import Monitoring
package import Web
internal import HTTPTypes
package import Hummingbird
internal import Logging
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// What monitors and readers of the promise ask for: whether it lives, whether it takes mail, what it measures, and what the API is.
package struct MonitoringRoutes: Site {
    private let dependencies: WebDependencies

    package init(_ dependencies: WebDependencies) { self.dependencies = dependencies }

    package func add(to router: Router<WebContext>) {
        let document = OpenAPI.document(
            Endpoints.all, server: dependencies.address.path.isEmpty ? "/" : dependencies.address.path,
            version: dependencies.settings.version)
        let promise = Reply.json(document)
        router.get("/openapi.json") { request, _ in promise.response(zips: request.takesGzip) }
        router.get("/healthz") { _, _ in Reply(.ok, .text("alive\n", type: "text/plain; charset=utf-8")).response(zips: false) }
        router.get("/readyz") { _, _ in await ready() }
        router.get("/metrics") { request, context in await metrics(request, context) }
    }

    /// Whether mail is taken right now: the store answers, and there is room. That what is taken cannot leave is said, for strangers without a name.
    private func ready() async -> Response {
        let isReady = await dependencies.operations.readiness.isReady()
        let waiting = dependencies.decider().outlooks(at: dependencies.now).filter { !$0.outlook.isOpen }.map {
            "mail of the purpose \($0.purpose.rawValue) cannot leave now: \($0.outlook.state.rawValue)\n"
        }
        return Reply(
            isReady ? .ok : .serviceUnavailable,
            .text((isReady ? "ready\n" : "not ready: the log says why\n") + waiting.joined(), type: "text/plain; charset=utf-8")
        ).response(zips: false)
    }

    /// Its labels name mailboxes, so it is for this machine, and for whoever may read: a monitor elsewhere sends an auditor's key.
    private func metrics(_ request: Request, _ context: WebContext) async -> Response {
        do throws(Problem) {
            let visitor = dependencies.authenticator.visitor(request, context)
            let isHere = visitor.address.isLoopback && request.headers[.forwardedFor] == nil
            guard isHere || !visitor.roles.isDisjoint(with: [.administrator, .auditor]) else {
                throw Problem(.signInMissing, "from elsewhere this needs an auditor's key", fix: "send Authorization: Bearer KEY")
            }
        } catch { return error.reply(context.requestID).response(zips: false) }
        var samples: [Sample] = []
        do throws(StoreFailure) {
            let depth = try await dependencies.store.depth()
            // Each of them always: what is not there cannot be compared with nought.
            let states = QueuedMessage.StateName.allCases.filter { $0 != .done }
            samples = MandateMetrics.queue(
                messages: Dictionary(uniqueKeysWithValues: states.map { ($0.rawValue, depth.counts[$0] ?? 0) }),
                oldest: depth.oldest.map { max(0, dependencies.now.timeIntervalSince($0)) } ?? 0)
            let meters = try await dependencies.store.tenantMeters(of: dependencies.snapshots.current, at: dependencies.now)
            samples += meters.flatMap { meter in
                MandateMetrics.tenant(meter.tenant.name, used: meter.used, limit: meter.tenant.budget, isPaused: meter.pause != nil)
            }
        } catch { dependencies.logger.error("the queue could not be measured: \(error)") }
        samples += MandateMetrics.purposes(
            areOpen: Dictionary(
                uniqueKeysWithValues: dependencies.decider().outlooks(at: dependencies.now).map { ($0.purpose.rawValue, $0.outlook.isOpen) }
            ))
        return Reply(.ok, .text(dependencies.registry.render(adding: samples), type: Exposition.contentType)).response(
            zips: request.takesGzip)
    }
}
