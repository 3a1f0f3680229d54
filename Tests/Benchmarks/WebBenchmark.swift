import Foundation
import FoundationEssentials
import Hummingbird
import HummingbirdCore
import Logging
import Mail
import Relay
import Store
import Synchronization
import TestSupport
import Monitoring
import Web
import WebAPI

/// The question a batch mailer asks, over HTTP at a million addresses, against a bare JSON route of the same library in the same process; and the built
/// service at that size: how soon it answers, and what it holds.
///
///     swift run -c release Benchmarks web          (wants wrk)
enum WebBenchmark {
    private static let addresses = 1_000_000
    private static let connections = 32
    private static let seconds = 8
    /// In turn, so that what else the machine does meets both; the medians.
    private static let rounds = 3

    static func run() async throws {
        print("— decisions over HTTP at \(addresses) addresses, wrk with \(connections) connections")
        try await withDoors { bare, ours, key in
            var ceilings: [Measured] = []
            var ones: [Measured] = []
            var plain: [Measured] = []
            for _ in 0..<rounds {
                ceilings.append(try load(port: bare, path: "/v1/decisions", key: key, body: one))
                ones.append(try load(port: ours, path: "/v1/decisions", key: key, body: one))
                plain.append(try load(port: ours, path: "/v1/decisions?explanation=false", key: key, body: one))
            }
            report("a bare JSON route of the same library", median(ceilings), nil)
            report("one decision, explained", median(ones), median(ceilings))
            report("one decision, without its explanation", median(plain), median(ceilings))
            let many = try load(port: ours, path: "/v1/decisions?explanation=false", key: key, body: many)
            row("a thousand at once, without explanations", "\((many.perSecond * 1000).short) decisions/s, p99 \(many.p99)")
        }
        try await service()
    }

    private struct Measured {
        let perSecond: Double
        let p99: String
    }

    private static func median(_ all: [Measured]) -> Measured { all.sorted { $0.perSecond < $1.perSecond }[all.count / 2] }

    private static func report(_ name: String, _ measured: Measured, _ ceiling: Measured?) {
        let ratio = ceiling.map { ", × \((measured.perSecond / $0.perSecond).short) of the bare route" } ?? ""
        row(name, "\(measured.perSecond.short)/s, p99 \(measured.p99)\(ratio)")
    }

    /// Both servers in this process, on ports of their own.
    private static func withDoors(_ body: (_ bare: Int, _ ours: Int, _ key: String) async throws -> Void) async throws {
        let key = "mandate-benchmark"
        let client = Client(id: ClientID(trusted: "batch"), name: "batch", credential: .key(sha256: ClientKey(key).digest))
        let organisation = Organisation(users: addresses, delegations: addresses / 10)
        let snapshots = Snapshots(
            Snapshot(directory: Directory(organisation.entities + [.client(client)], edition: Edition(1)), conditions: Conditions()))
        let bareDoor = Door { try await bareRoute($0) }
        let ourDoor = Door { try await gateway(snapshots, $0).run() }
        let bare = await bareDoor.port
        let ours = await ourDoor.port
        let result: Result<Void, any Error>
        do { result = .success(try await body(bare, ours, key)) } catch { result = .failure(error) }
        await bareDoor.shut()
        await ourDoor.shut()
        try result.get()
    }

    /// A server in this process, and where it listens.
    private struct Door {
        private let ports: AsyncStream<Int>
        private let task: Task<Void, any Error>

        init(_ serve: @escaping @Sendable (_ listening: @escaping @Sendable (Int) -> Void) async throws -> Void) {
            let (ports, announce) = AsyncStream<Int>.makeStream()
            self.ports = ports
            task = Task { try await serve { announce.yield($0) } }
        }

        var port: Int {
            get async {
                for await port in ports { return port }
                return 0
            }
        }

        func shut() async {
            task.cancel()
            _ = await task.result
        }
    }

    private struct Question: Decodable {
        let purpose: String
        let user: String
    }

    private struct Answer: ResponseEncodable {
        let route: String
        let author: String
        let mailbox: [String: String]
        let transport: String
        let from: [[String: String]]
    }

    /// What the library can do where nothing is decided: a small question in, an answer of the same kind out.
    private static func bareRoute(_ listening: @escaping @Sendable (Int) -> Void) async throws {
        let router = Router()
        router.post("v1/decisions") { request, context in
            let question = try await request.decode(as: Question.self, context: context)
            return Answer(
                route: "own", author: question.user, mailbox: ["address": question.user, "login": question.user, "grant": "grant"],
                transport: "smtp",
                from: [["name": question.purpose, "address": question.user]])
        }
        var logger = Logger(label: "bare")
        logger.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { listening($0.localAddress?.port ?? 0) }, logger: logger)
        try await application.runService(gracefulShutdownSignals: [])
    }

    private static func gateway(_ snapshots: Snapshots, _ listening: @escaping @Sendable (Int) -> Void) throws -> WebGateway {
        let now: @Sendable () -> Date = { Date() }
        let random: @Sendable (Int) -> [UInt8] = { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }
        let store = MemoryStore()
        let vault = try Vault(key: Secret(random(32)))
        let wait: @Sendable (Double) async -> Void = { seconds in try? await Task.sleep(for: .seconds(seconds)) }
        let refuse: RequestToken = { _ throws(TokenFailure) in throw .temporary("nobody gives tokens here", retryAfter: nil) }
        let renewer = TokenRenewer(
            store: store, vault: vault, holder: "benchmark", request: refuse,
            runCommand: { _ throws(TokenFailure) in throw .missing("none") },
            source: { snapshots.current.directory.source(of: $0) }, isNeeded: { _ in false }, now: now, draw: { 0.5 }, wait: wait,
            report: { _, _ in })
        let registry = PrometheusRegistry(MandateMetrics.catalogue)
        var logger = Logger(label: "benchmark")
        logger.logLevel = .error
        let flow = ConsentFlow(
            store: store, vault: vault, request: refuse, verify: { _ throws(IdentityFailure) in throw .temporary("nobody") },
            purpose: { _ in nil }, now: now,
            random: random)
        let dependencies = WebDependencies(
            store: store, snapshots: snapshots, vault: vault, broker: TokenBroker(renewer: renewer), consents: flow,
            accept: AcceptStage.Surroundings(
                store: store,
                decider: { _ throws(StoreFailure) in
                    Decider(directory: snapshots.current.directory, conditions: snapshots.current.conditions)
                },
                now: now,
                generator: { SystemRandomNumberGenerator() }, domain: Organisation.domain),
            address: .usual, settings: WebSettings(),
            operations: WebOperations(
                follower: Nobody(), wake: {}, prober: Nobody(), checker: Nobody(), tester: Nobody(), revoker: Nobody(), devices: Nobody(),
                verifier: Nobody(), readiness: Nobody(), reports: Nobody(), xml: Nobody()),
            registry: registry, metrics: MandateMetrics(factory: registry, version: "benchmark"), wait: wait, draw: random, logger: logger
        )
        return WebGateway(
            host: "127.0.0.1", port: 0, dependencies: dependencies, sites: [APIRouter(dependencies), MonitoringRoutes(dependencies)],
            onListening: listening)
    }

    /// wrk's own language: each request asks for another of the million.
    private static let one = #"{"purpose": "ad-hoc", "user": "user-' .. math.random(0, 999999) .. '"}"#
    private static let many =
        "{\"questions\": [' .. string.rep('{\"purpose\": \"ad-hoc\", \"user\": \"user-' .. math.random(0, 999999) .. '\"},', 999) .. '{\"purpose\": \"ad-hoc\", \"user\": \"user-1\"}]}"

    private static func load(port: Int, path: String, key: String, body: String) throws -> Measured {
        let script = FileManager.default.temporaryDirectory.appending(path: "mandate-wrk-\(getpid()).lua")
        defer { try? FileManager.default.removeItem(at: script) }  // a temporary file
        let text = """
            wrk.method = 'POST'
            wrk.headers['Content-Type'] = 'application/json'
            wrk.headers['Authorization'] = 'Bearer \(key)'
            request = function() return wrk.format(nil, nil, nil, '\(body)') end
            """
        try Data(text.utf8).write(to: script)
        let wrk = Process()
        wrk.executableURL = URL(filePath: "/usr/bin/env")
        wrk.arguments = [
            "wrk", "-t1", "-c\(connections)", "-d\(seconds)s", "--latency", "-s", script.path, "http://127.0.0.1:\(port)\(path)",
        ]
        let output = Pipe()
        wrk.standardOutput = output
        try wrk.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        wrk.waitUntilExit()
        guard !said.contains("Non-2xx"), let rate = said.firstMatch(of: /Requests\/sec:\s+([0-9.]+)/).flatMap({ Double($0.1) }),
            let p99 = said.firstMatch(of: /99%\s+(\S+)/)
        else { throw Unexpected("wrk said: \(said)") }
        return Measured(perSecond: rate, p99: String(p99.1))
    }

    /// The program itself on a store of that size.
    private static func service() async throws {
        let house = try await MailHouse.open(
            .microsoft, logins: ["robot@crowd.example"], secret: nil,
            more: Organisation(users: addresses, delegations: addresses / 10).entities)
        let port = try FreePorts.take()
        let clock = ContinuousClock()
        let start = clock.now
        let service = try await house.serving(port: port)
        let ready = clock.now - start
        row(
            "the service at that size: from its start to a greeting",
            "\((ready / .seconds(1)).short) s, \(Memory.resident(of: service.processIdentifier) >> 20) MB")
        service.terminate()
        service.waitUntilExit()
        try await house.close()
    }
}

/// Plays every role by doing nothing: what is measured needs nobody outside.
private struct Nobody: StoreFollower, StandingProber, MailboxChecker, CredentialTester, ConsentRevoker, DeviceAuthorizer, JournalVerifier,
    ReadinessCheck, ReportReader, XMLReader
{
    var requestDevice: RequestDevice { { _ throws(TokenFailure) in throw .missing("none") } }
    var pollDevice: PollDevice { { _ throws(TokenFailure) in .expired } }

    func read(_ bytes: [UInt8], each: (XMLElement) -> Void) throws(ImportFault) { throw ImportFault("none") }
    func catchUp() async -> Bool { true }

    func documents(inFile path: String) async throws(ReportReaderFailure) -> [DmarcDocument] { throw .noFile("none") }

    func documents(in octets: [UInt8]) async throws(ReportReaderFailure) -> [DmarcDocument] { throw .unavailable("none") }
    func isReady() async -> Bool { true }
    func probe(_ key: StandingKey, through mailbox: Mailbox, by person: String) async throws(StoreFailure) -> Standing? { nil }
    func check(_ mailbox: Mailbox, _ kind: CheckKind, by person: String) async -> CheckReport { CheckReport(steps: []) }
    func report() async throws -> ChainReport { ChainReport(entries: 0, broken: nil, words: "") }
    func withdrawals(of grants: [Grant], in directory: Directory) async throws -> [ConsentWithdrawal] { [] }
    func end(_ withdrawals: [ConsentWithdrawal]) async -> [String] { [] }
    func outcome(
        of credential: CredentialTrial.Credential, for application: Relay.Application, in directory: Directory
    ) async throws -> CredentialTrial.Outcome { .untried("nobody is asked") }
}
