import Crypto
import Foundation
import Logging
import Mail
import NIOCore
import NIOEmbedded
import Relay
import Synchronization
import TestSupport

@testable import SMTPGateway

/// A client at the submission server's own handler, without a network: time is what the test says, and octets arrive cut as the test cuts them.
final class Conversation {
    enum Feed: String, Sendable, CaseIterable { case inStep, byteByByte, inOnePiece }

    struct Mismatch: Error, CustomStringConvertible { let description: String }

    let store = MemoryStore()
    private let channel: NIOAsyncTestingChannel
    private var heard: [UInt8] = []
    private let seeds = Seeds()

    init(_ dialogue: Dialogue) async throws {
        let heads = dialogue.heads
        channel = NIOAsyncTestingChannel()
        let directory = Directory(FakeCompany.entities() + Self.clients.map { .client($0) }, edition: Edition(1))
        let limits = AcceptStage.Limits(
            size: heads["size"].flatMap { Int($0) } ?? 100_000, recipients: heads["recipients"].flatMap { Int($0) } ?? 5, hops: 10)
        let dependencies = GatewayDependencies(
            directory: { directory },
            surroundings: AcceptStage.Surroundings(
                store: store, decider: { _ throws(StoreFailure) in Decider(directory: directory, conditions: Conditions()) },
                now: { Date(timeIntervalSince1970: 1_800_000_000) }, generator: { [seeds] in FakeGenerator(seed: seeds.next()) },
                domain: FakeCompany.ann.domain,
                limits: limits),
            address: { ["root", "postmaster"].contains($0) ? FakeCompany.desk : nil }, owner: 1000, accepted: { _ in }, refused: {},
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let uid = heads["uid"].flatMap { UInt32($0) }
        let terms = Terms(
            origin: uid.map { .local(uid: $0) } ?? .network(mayBeClear: heads["clear"] != "no"), hostName: "mail.example",
            offersTLS: heads["offers"] == "tls" || heads["tls"] != nil, size: limits.size, recipients: limits.recipients)
        let origin = ConnectionOrigin(
            terms: terms, address: uid == nil ? IPAddress(heads["place"] ?? "192.0.2.1") : nil, isImplicitTLS: heads["tls"] != nil,
            patience: GatewaySettings.Patience(), secure: { _ in })
        try await channel.eventLoop.submit { [channel] in
            try channel.pipeline.syncOperations.addHandler(SessionHandler(origin, dependencies: dependencies))
        }.get()
        if let fault = heads["store"] { await store.fail(.accept, with: fault == "full" ? .full : .busy) }
        try await channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 25)).get()
    }

    private static var clients: [Client] {
        [
            Client(id: ClientID(trusted: "app"), name: "app", credential: .key(sha256: Array(SHA256.hash(data: Array("sesame".utf8))))),
            Client(
                id: ClientID(trusted: "printer"), name: "printer", credential: network("198.51.100.0/24"),
                limits: Client.Limits(addresses: [.address(FakeCompany.ann)])),
            Client(
                id: ClientID(trusted: "cron"), name: "cron", credential: .uid(1001), limits: Client.Limits(purposes: [.notification]),
                defaultPurpose: .notification),
            Client(
                id: ClientID(trusted: "old"), name: "old", credential: .key(sha256: Array(SHA256.hash(data: Array("sesame".utf8)))),
                isEnabled: false),
        ]
    }

    private static func network(_ text: String) -> Client.Credential {
        do { return .network(try Network(text)) } catch { preconditionFailure("a test's own network is wrong: \(error)") }
    }

    /// Says and hears everything; throws where something else is heard.
    func play(_ dialogue: Dialogue, _ feed: Feed) async throws {
        var said: [UInt8] = []
        if feed == .inOnePiece {
            for case .client(let octets) in dialogue.steps { said += octets }
            try await channel.writeInbound(ByteBuffer(bytes: said))
        }
        for step in dialogue.steps {
            switch step {
            case .client(let octets):
                switch feed {
                case .inStep: try await channel.writeInbound(ByteBuffer(bytes: octets))
                case .byteByByte: for octet in octets { try await channel.writeInbound(ByteBuffer(bytes: [octet])) }
                case .inOnePiece: break
                }
            case .server(let line): try await hear(line)
            case .closed:
                try await channel.closeFuture.get()
                guard heard.isEmpty else { throw Mismatch(description: "before the end also: \(String(decoding: heard, as: UTF8.self))") }
            case .wait(let seconds): await channel.testingEventLoop.advanceTime(by: .seconds(seconds))
            }
        }
        guard heard.isEmpty else { throw Mismatch(description: "heard as well: \(String(decoding: heard, as: UTF8.self))") }
    }

    private func hear(_ wanted: String) async throws {
        while !heard.contains(0x0A) {
            let buffer = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
            heard += buffer.readableBytesView
        }
        let line = heard.prefix { $0 != 0x0A }
        heard.removeFirst(line.count + 1)
        let text = String(decoding: line, as: UTF8.self)
        guard text.hasSuffix("\r") else { throw Mismatch(description: "a reply without CRLF: \(text)") }
        let reply = text.dropLast()
        let isRight = wanted.hasSuffix("*") ? reply.hasPrefix(wanted.dropLast()) : reply == wanted
        guard isRight, reply.utf8.count <= 510 else { throw Mismatch(description: "expected \(wanted), heard \(reply)") }
    }

    func hangUp() async {
        do { try await channel.close().get() } catch {}  // as a rule it is closed already
    }

    /// The message that was kept last, as it is stored.
    func kept() async throws -> [(message: AcceptedMessage, text: String)] {
        var kept: [(AcceptedMessage, String)] = []
        for id in await store.keptMessages {
            guard let shown = try await store.show(id) else { continue }
            var bytes = shown.message.header + [0x0D, 0x0A]
            var number = 0
            while let chunk = try await store.chunk(number, of: id) {
                bytes += chunk
                number += 1
            }
            kept.append((shown.message, String(decoding: bytes, as: UTF8.self)))
        }
        return kept
    }
}

/// A new message, a new id.
private final class Seeds: Sendable {
    private let last = Mutex<UInt64>(6)

    func next() -> UInt64 {
        last.withLock { last in
            last += 1
            return last
        }
    }
}
