internal import CurlTransmit
internal import Logging
internal import Mail
internal import Relay
internal import Store
internal import Console
internal import Web
internal import WebAPI
internal import XMLImport

/// What the way in for browsers and programs needs of the whole program.
extension RelayService {
    func gateway(
        host: String, port: Int?, certificate: ServedCertificate?, settings: WebSettings, accept: AcceptStage.Surroundings
    ) -> WebGateway {
        let address = snapshots.current.directory.settings.publicAddress
        let port = port ?? address.usualPort(isEncrypted: settings.isEncrypted)
        if let trouble = address.trouble(listeningAt: port, isEncrypted: settings.isEncrypted) {
            log.warning("\(trouble.trouble): run `\(trouble.fix[0])`, and \(trouble.fix[1])")
        }
        let dependencies = WebDependencies(
            store: store, snapshots: snapshots, vault: vault, broker: broker,
            consents: live.consentFlow(store, vault, curl) { [snapshots] in ConsentPurpose($0, in: snapshots.current.directory) },
            accept: accept,
            address: address, settings: settings, operations: operations, registry: registry, metrics: metrics, wait: live.wait,
            draw: { [live] in live.randomBytes($0) }, logger: log)
        let consents = ConsentRoutes(
            address: address, isEncrypted: settings.isEncrypted, consents: dependencies.consents,
            console: { [snapshots] in snapshots.current.directory })
        return WebGateway(
            host: host, port: port, dependencies: dependencies,
            sites: [
                APIRouter(dependencies), MonitoringRoutes(dependencies), Console(dependencies, reference: Endpoints.reference), consents,
            ], certificate: certificate,
            onListening: { [log] in
                log.notice(
                    "listening for browsers at \(host):\($0)\(certificate == nil ? "" : " (TLS)"); consents come back to \(address)")
            })
    }

    private var operations: WebOperations {
        let client = live.tokenClient(curl)
        return WebOperations(
            follower: follower,
            wake: {
                runner.wake()
                watch.wake()
            }, prober: self, checker: self, tester: CredentialTrial(store: store, vault: vault, request: client.requestToken),
            revoker: Revoker(
                store: store, vault: vault, revoke: { question throws(TokenFailure) in try await client.revoke(question) }),
            devices: client, verifier: JournalWalk(store: store, vault: vault), readiness: self,
            reports: ReportProcess(program: live.program), xml: XMLRecords())
    }
}

/// The roles that want everything there is.
extension RelayService: StandingProber, MailboxChecker, ReadinessCheck {
    private func opened(for person: String) -> OpenedStore { OpenedStore(store: store, vault: vault, live: live, person: person) }

    func probe(_ key: StandingKey, through mailbox: Mailbox, by person: String) async throws(StoreFailure) -> Standing? {
        let opened = opened(for: person)
        do {
            let directory = snapshots.current.directory
            let outcome = try await opened.asking(directory) { await $0.prober.probe(key, through: mailbox, in: directory) }
            try await opened.note(outcome, of: [key], mailbox)
        } catch let failure as StoreFailure { throw failure } catch {
            throw .unavailable("the probe could not be made: \(Ending(error).sentence)")
        }
        await follower.catchUp()
        return snapshots.current.conditions.standing(key)
    }

    func check(_ mailbox: Mailbox, _ kind: CheckKind, by person: String) async -> CheckReport {
        let (opened, directory) = (opened(for: person), snapshots.current.directory)
        do {
            let report = try await opened.asking(directory) { try await opened.check(directory, $0).report(mailbox, kind) }
            await follower.catchUp()
            return report
        } catch { return CheckReport(steps: [.bad(.check, Ending(error).sentence)], mayPass: true) }
    }

    /// The store answers, and what is accepted can be kept.
    func isReady() async -> Bool {
        do throws(StoreFailure) {
            _ = try await store.dataVersion()
            try await store.checkRoom()
            return true
        } catch {
            log.warning("not ready: \(error)")
            return false
        }
    }
}
