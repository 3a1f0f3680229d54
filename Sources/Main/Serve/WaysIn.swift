internal import Monitoring
internal import Glibc
internal import LocalGateway
internal import Logging
internal import Relay
internal import SMTPGateway
internal import Store
internal import ServiceLifecycle
internal import Web

/// Everything in front of the 250: the doors that `serve` opens, made from one configuration.
struct WaysIn: Sendable {
    let services: [any Service]
    private let smtp: SMTPGateway
    private let certificate: ServedCertificate?
    /// As it was when the service started.
    private let first: ServeConfiguration
    private let live: Live
    private let log: Logger

    init(_ service: RelayService, _ configuration: ServeConfiguration, live: Live, log: Logger) throws {
        let surroundings = service.surroundings(
            domain: configuration.domain, limits: AcceptStage.Limits(size: configuration.size, recipients: configuration.recipients))
        let readiness = Readiness(live)
        let dependencies = GatewayDependencies(
            directory: { [snapshots = service.snapshots] in snapshots.current.directory }, surroundings: surroundings,
            address: { account in service.address(ofAccount: account) }, owner: live.account.uid,
            accepted: { isLocal in service.accepted(by: isLocal ? .sendmail : .smtp) },
            refused: { [metrics = service.metrics] in metrics.loginFailed() }, logger: log)
        smtp = try SMTPGateway(
            try Self.settings(configuration), dependencies: dependencies,
            onListening: { listener in log.notice("listening for mail at \(listener)\(listener.isImplicitTLS ? " (TLS)" : "")") },
            onReady: { readiness.say("READY=1\nSTATUS=serving \(service.store.place)") })
        certificate = try configuration.httpIdentity.map(Self.certificate)
        let browsers = PatientGateway(
            gateway: service.gateway(
                host: configuration.httpHost, port: configuration.httpPort, certificate: certificate, settings: configuration.web,
                accept: surroundings), log: log, live: live)
        if let name = configuration.pickup?.client, !service.snapshots.current.directory.allClients.contains(where: { $0.name == name }) {
            throw CommandFailure.configuration(
                "pickup.client: there is no client \(name); `mandate clients add \(name) --key` makes one, whose key nobody needs")
        }
        let pickups = Self.pickups(configuration).map { settings in
            PickupFolder(
                settings,
                PickupFolder.Surroundings(
                    accept: surroundings, isAccepted: { id throws(StoreFailure) in try await service.store.show(id) != nil },
                    directory: { [snapshots = service.snapshots] in snapshots.current.directory },
                    address: { service.address(ofAccount: $0) },
                    owner: live.account.uid,
                    accepted: { service.accepted(by: settings.isMaildrop ? .sendmail : .pickup) }, wait: live.wait, logger: log
                ))
        }
        let reports = configuration.dmarcFolder.map { service.reportFolder($0, log: log) }
        services = [browsers, smtp] + pickups + (reports.map { [$0] } ?? [])
        if let folder = configuration.localFolder, let obstacle = LocalFolder(folder).obstacle {
            log.notice(
                "only \(live.account.name) can use `mandate sendmail`: chmod o+x \(obstacle) lets others reach \(folder), and not what else is there"
            )
        }
        first = configuration
        self.live = live
        self.log = log
        warn(configuration)
    }

    private func warn(_ configuration: ServeConfiguration) {
        for trouble in configuration.identityTroubles(at: live.now()) { log.warning("\(trouble.sentence)") }
    }

    /// Places, certificates and limits of connections, for those that come from now on. Returns the keys that hold only from the next start.
    func reload(_ configuration: ServeConfiguration) throws -> [ServeKey] {
        var settings = configuration.smtp
        settings.socketPath = first.localFolder.map { LocalFolder($0).socket }
        settings.hostName = first.smtp.hostName
        // Judged before anything changes.
        let shown = try configuration.httpIdentity.map(Self.certificate)
        try smtp.reload(settings)
        if let shown { certificate?.become(shown) }
        warn(configuration)
        return first.waitingForStart(beside: configuration)
    }

    private static func certificate(_ identity: ServerIdentity) throws(CommandFailure) -> ServedCertificate {
        do throws(UnusableCertificate) { return try ServedCertificate(identity) } catch {
            throw .configuration("http.certificate and http.key cannot be used: both must be PEM, and belong together")
        }
    }

    private static func pickups(_ configuration: ServeConfiguration) -> [PickupSettings] {
        var pickups: [PickupSettings] = []
        if let folder = configuration.localFolder {
            pickups.append(.maildrop(LocalFolder(folder).maildrop, isKeepers: false, node: configuration.node))
            pickups.append(.maildrop(LocalFolder(folder).keepersMaildrop, isKeepers: true, node: configuration.node))
        }
        if let pickup = configuration.pickup {
            pickups.append(.pickup(pickup.folder, node: configuration.node, client: pickup.client, settle: pickup.settle))
        }
        return pickups
    }

    private static func settings(_ configuration: ServeConfiguration) throws(CommandFailure) -> GatewaySettings {
        var settings = configuration.smtp
        if let folder = configuration.localFolder {
            try LocalFolder(folder).make()
            settings.socketPath = LocalFolder(folder).socket
        }
        return settings
    }
}
