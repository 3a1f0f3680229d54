import Crypto
import Foundation
import Logging
import Mail
import Relay
import ServiceLifecycle
import Synchronization
import TestSupport

@testable import SMTPGateway

/// The submission server as it runs, on free loopback ports, with a store in memory behind it.
struct LiveGateway: Sendable {
    let gateway: SMTPGateway
    let store: MemoryStore
    let group: ServiceGroup
    private let places: Places

    static let certificates = FixtureFolder.fixtures.appending(path: "smtp/certificates").path
    static let authority = certificates + "/authority.pem"

    static func identity(_ name: String = "localhost") throws -> ServerIdentity {
        ServerIdentity(
            certificates: [UInt8](try Data(contentsOf: URL(filePath: "\(certificates)/\(name).pem"))),
            key: [UInt8](try Data(contentsOf: URL(filePath: certificates + "/server-key.pem"))))
    }

    static func with(
        _ settings: GatewaySettings = GatewaySettings(listeners: [.init(host: "127.0.0.1", port: 0)], hostName: "mail.example"),
        store: MemoryStore = MemoryStore(), limits: AcceptStage.Limits = AcceptStage.Limits(),
        deciding: @escaping @Sendable () -> Void = {}, _ body: (LiveGateway) async throws -> Void
    ) async throws {
        let digest = Array(SHA256.hash(data: Array("sesame".utf8)))
        let clients = [Client(id: ClientID(trusted: "app"), name: "app", credential: .key(sha256: digest))]
        let directory = Directory(FakeCompany.entities() + clients.map { .client($0) }, edition: Edition(1))
        let seeds = Mutex<UInt64>(0)
        let dependencies = GatewayDependencies(
            directory: { directory },
            surroundings: AcceptStage.Surroundings(
                store: store,
                decider: { _ throws(StoreFailure) in
                    deciding()
                    return Decider(directory: directory, conditions: Conditions())
                },
                now: { Date(timeIntervalSince1970: 1_800_000_000) },
                generator: {
                    FakeGenerator(
                        seed: seeds.withLock {
                            $0 += 1
                            return $0
                        })
                }, domain: FakeCompany.ann.domain, limits: limits),
            address: { _ in nil }, owner: geteuid(), accepted: { _ in }, refused: {},
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let places = Places()
        let gateway = try SMTPGateway(settings, dependencies: dependencies, onListening: { places.add($0) }, onReady: { places.ready() })
        let group = ServiceGroup(services: [gateway], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let live = LiveGateway(gateway: gateway, store: store, group: group, places: places)
        try await withThrowingTaskGroup { tasks in
            tasks.addTask {
                do { try await group.run() } catch {
                    places.ready()
                    throw error
                }
            }
            await places.areReady()
            // It is not where it should be: why, its end tells.
            guard !places.all.isEmpty else { return try await tasks.waitForAll() }
            try await body(live)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    func port(isImplicitTLS: Bool = false) -> Int { places.all.last { $0.isImplicitTLS == isImplicitTLS }?.port ?? 0 }

    /// Until it has been ready so many times: at its start, and after each reload.
    func isReady(_ times: Int) async { await places.areReady(times) }

    /// Until so many places have been listened at in all.
    func listensAgain(_ count: Int) async { await places.count(count) }
}

/// Where it listens by now, and those who wait to hear of it.
private final class Places: Sendable {
    private struct State {
        var all: [GatewaySettings.Listener] = []
        var ready = 0
        var waiting: [(condition: @Sendable (State) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var all: [GatewaySettings.Listener] { state.withLock { $0.all } }

    func add(_ listener: GatewaySettings.Listener) { change { $0.all.append(listener) } }
    func ready() { change { $0.ready += 1 } }

    func areReady(_ times: Int = 1) async { await until { $0.ready >= times } }
    func count(_ count: Int) async { await until { $0.all.count >= count } }

    private func until(_ condition: @escaping @Sendable (State) -> Bool) async {
        await withCheckedContinuation { continuation in change { $0.waiting.append((condition, continuation)) } }
    }

    private func change(_ change: (inout State) -> Void) {
        let told = state.withLock { state in
            change(&state)
            let current = state
            let told = state.waiting.filter { $0.condition(current) }.map(\.continuation)
            state.waiting.removeAll { $0.condition(current) }
            return told
        }
        for continuation in told { continuation.resume() }
    }
}
