internal import FoundationEssentials
internal import Mail
internal import Relay
internal import SMTPGateway
internal import Web

/// What `serve` is told by its configuration, read and judged as a whole: a mistake anywhere changes nothing.
struct ServeConfiguration: Sendable {
    var node: String
    var checkpoint: String?
    var log = LogOutput.Manner()
    var httpHost: String
    var httpPort: Int?
    var httpFiles: IdentityFiles?
    /// Once the files were read.
    var httpIdentity: ServerIdentity?
    var web = WebSettings()
    /// Its identity: once the files were read.
    var smtp: GatewaySettings
    var smtpFiles: IdentityFiles?
    var size: Int
    var recipients: Int
    /// Names us in Received and Message-ID.
    var domain: Domain
    var localFolder: String?
    var pickup: Pickup?
    var dmarcFolder: String?

    /// Keys whose values differ and that are looked at only when the service starts.
    func waitingForStart(beside now: ServeConfiguration) -> [ServeKey] {
        let differences: [(ServeKey, Bool)] = [
            (.node, node != now.node), (.checkpoint, checkpoint != now.checkpoint), (.httpHost, httpHost != now.httpHost),
            (.httpPort, httpPort != now.httpPort), (.httpCertificate, (httpFiles == nil) != (now.httpFiles == nil)),
            (.httpConnections, web.connections != now.web.connections),
            (.httpConnectionsPerAddress, web.connectionsPerAddress != now.web.connectionsPerAddress),
            (.httpProxies, web.proxies != now.web.proxies), (.httpHostNames, web.hostNames != now.web.hostNames),
            (.smtpHostName, domain != now.domain), (.smtpSize, size != now.size),
            (.smtpRecipients, recipients != now.recipients), (.localFolder, localFolder != now.localFolder),
            (.pickupFolder, pickup?.folder != now.pickup?.folder), (.pickupClient, pickup?.client != now.pickup?.client),
            (.pickupSettle, pickup?.settle != now.pickup?.settle), (.dmarcFolder, dmarcFolder != now.dmarcFolder),
        ]
        return differences.filter(\.1).map(\.0)
    }

    struct Pickup: Sendable, Hashable {
        var folder: String
        /// By name.
        var client: String?
        /// Seconds.
        var settle: Double
    }

    init(_ source: ServeValues, store: String, live: Live) async throws(CommandFailure) {
        node = try await source.text(.node) ?? "main"
        checkpoint = try await source.file(.checkpoint)
        log.level = try await source.choice(.logLevel) ?? log.level
        log.format = try await source.choice(.logFormat) ?? log.format
        httpHost = try await source.text(.httpHost) ?? "127.0.0.1"
        httpPort = try await source.number(.httpPort, in: 0...65535)
        httpFiles = try await IdentityFiles(source, .httpCertificate, .httpKey)
        web.isEncrypted = httpFiles != nil
        if !Self.isLoopback(httpHost), httpFiles == nil, try await source.flag(.httpAllowClear) != true {
            throw .configuration(
                "http.host \(httpHost) is reached from other machines, where keys and passwords do not go without TLS: set http.certificate and http.key, or listen at 127.0.0.1 behind a proxy that has TLS, or set http.allow-clear to yes"
            )
        }
        web.version = Mandate.version
        web.connections = try await source.number(.httpConnections, in: 1...100_000) ?? web.connections
        web.connectionsPerAddress =
            try await source.number(.httpConnectionsPerAddress, in: 1...100_000) ?? web.connectionsPerAddress
        web.proxies = try await source.networks(.httpProxies)
        web.hostNames = try await source.hostNames(.httpHostNames)
        size = try await source.number(.smtpSize, in: 1024...1_073_741_824) ?? 157_286_400
        recipients = try await source.number(.smtpRecipients, in: 1...10_000) ?? 1000
        domain = try await Self.domain(source, live)
        smtpFiles = try await IdentityFiles(source, .smtpCertificate, .smtpKey)
        smtp = try await Self.smtp(source, domain, isEncrypted: smtpFiles != nil)
        localFolder = try await source.folder(.localFolder, usual: store + "/door")
        dmarcFolder = try await source.folder(.dmarcFolder, usual: nil)
        if let folder = try await source.folder(.pickupFolder, usual: nil) {
            pickup = Pickup(
                folder: folder, client: try await source.text(.pickupClient),
                settle: Double(try await source.number(.pickupSettle, in: 0...3600) ?? 2))
        }
    }

    private static func domain(_ source: ServeValues, _ live: Live) async throws(CommandFailure) -> Domain {
        let named = try await source.text(.smtpHostName)
        do throws(AddressError) {
            guard let named else { return try live.hostDomain }
            return try Domain(named)
        } catch { throw .configuration("smtp.host-name: \(error)") }
    }

    /// What the files hold that it names; the doctor looks at each of them by itself.
    mutating func readFiles() throws(CommandFailure) {
        httpIdentity = try httpFiles?.identity()
        smtp.identity = try smtpFiles?.identity()
    }

    /// What is the matter with the certificates, or will be soon: they are served all the same.
    func identityTroubles(at now: Date) -> [IdentityTrouble] { [httpFiles, smtpFiles].compactMap { $0?.trouble(at: now) } }

    private static func smtp(
        _ source: ServeValues, _ domain: Domain, isEncrypted: Bool
    ) async throws(CommandFailure) -> GatewaySettings {
        let clear = try await source.listeners(.smtpListen, isImplicitTLS: false) ?? [.init(host: "127.0.0.1", port: 2525)]
        let encrypted = try await source.listeners(.smtpListenTLS, isImplicitTLS: true) ?? []
        var settings = GatewaySettings(listeners: clear + encrypted, hostName: domain.ascii)
        settings.allowsClear = try await source.flag(.smtpAllowClear) ?? false
        settings.connections = try await source.number(.smtpConnections, in: 1...100_000) ?? settings.connections
        settings.connectionsPerAddress =
            try await source.number(.smtpConnectionsPerAddress, in: 1...100_000) ?? settings.connectionsPerAddress
        if let seconds = try await source.number(.smtpTimeout, in: 1...86_400) {
            settings.patience.command = Double(seconds)
            settings.patience.stranger = min(settings.patience.stranger, Double(seconds))
        }
        if let open = clear.first(where: { !isLoopback($0.host) }), !isEncrypted, !settings.allowsClear {
            throw .configuration(
                "\(open) is reached from other machines, where a key is not given without TLS: set smtp.certificate and smtp.key, or smtp.allow-clear to yes"
            )
        }
        if let first = encrypted.first, !isEncrypted {
            throw .configuration("TLS at \(first) wants smtp.certificate and smtp.key")
        }
        return settings
    }

    private static func isLoopback(_ host: String) -> Bool { host == "localhost" || IPAddress(host)?.isLoopback == true }
}
