import Foundation
import FoundationEssentials
import Relay
import Store
import Sandbox
import TestSupport

/// kill -9 while programs hand mail over, at moments that depend on nothing but how much was accepted since the last one. What counts is that whatever was
/// answered with 250 or 202 arrives. A message whose answer a kill swallowed is handed over again under its Message-ID, as programs do: by SMTP it may arrive
/// twice, by HTTP its key says that it is the same.
enum KillInTrial {
    private static let clients = 8

    /// Who is killed.
    private enum Victim: CaseIterable {
        case service, databaseProcess, database
    }

    /// `inPostgres`: the store is in PostgreSQL, and it, or one of its processes, is killed as often as the service.
    static func run(_ way: CrowdWay, messages: Int, kills: Int, inPostgres: Bool = false) async throws {
        print(
            "— killing \(kills) times while \(clients) clients hand \(messages) messages over by \(way.rawValue)\(inPostgres ? ", in PostgreSQL" : "")"
        )
        let cluster = inPostgres ? try await PostgresCluster() : nil
        let (house, sandbox) = try await MailHouse.atSandbox(more: [MailHouse.clientEntity], on: cluster)
        let result: Result<Void, any Error>
        do { result = .success(try await kill(house, sandbox, way, messages: messages, kills: kills, cluster)) } catch {
            result = .failure(error)
        }
        try await house.close()
        try await sandbox.stop()
        await cluster?.stop()
        try result.get()
    }

    private static func kill(
        _ house: MailHouse, _ sandbox: Sandbox, _ way: CrowdWay, messages: Int, kills: Int, _ cluster: PostgresCluster?
    ) async throws {
        let port = try FreePorts.take()
        let (name, key) = MailHouse.client
        let crowd = way.crowd(at: port, name: name, key: key, senders: house.logins, octets: 4_000)
        let serve = { way == .smtp ? try house.serve(port: port) : try house.serve(httpPort: port) }
        let cut = try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<clients { group.addTask { try await LoopbackSocket.aside { crowd.run() } } }
            var cut = 0
            for number in 0..<kills {
                let before = crowd.tally
                let share = messages / kills
                // One more than are waited for, so that somebody is always about to hand over the next.
                crowd.allow(messages * (number + 1) / kills + clients)
                var service = try serve()
                let wanted = before.accepted.count + Int.random(in: 0..<share)
                _ = await crowd.tally { $0.accepted.count >= wanted }
                usleep(UInt32.random(in: 0...5_000))
                switch cluster == nil ? .service : Victim.allCases[number % Victim.allCases.count] {
                case .service: break
                case .databaseProcess: try await cluster?.killProcess()
                case .database: try await cluster?.killServer()
                }
                if let cluster, number % Victim.allCases.count != 0 {
                    // It goes on by itself.
                    try await cluster.isBack()
                    // Where the database went before the service was up, it has ended, and is started again as an init system does.
                    if !service.isRunning { service = try serve() }
                    let before = crowd.tally.accepted.count
                    _ = await crowd.tally { $0.accepted.count > before }
                }
                Foundation.kill(service.processIdentifier, SIGKILL)
                service.waitUntilExit()
                if crowd.tally.unanswered > before.unanswered { cut += 1 }
                if (number + 1).isMultiple(of: 20) {
                    print("  \(number + 1) kills, \(crowd.tally.accepted.count) messages answered for")
                }
            }
            let last = try serve()
            crowd.allow(messages)
            _ = await crowd.tally { $0.accepted.count >= messages }
            crowd.stop()
            try await group.waitForAll()
            last.terminate()
            last.waitUntilExit()
            return cut
        }
        try await house.seeThrough()
        try await report(crowd.tally, kills: kills, cut: cut, house, sandbox)
    }

    static func report(_ tally: SubmissionCrowd.Tally, kills: Int, cut: Int, _ house: MailHouse, _ sandbox: Sandbox) async throws {
        let delivered = Dictionary(grouping: sandbox.record.messages, by: \.messageID)
        let whole = tally.accepted.filter { id, digest in delivered[id]?.contains { $0.bodyDigest == digest } ?? false }
        row("kills", "\(kills), of which \(cut) came between a message's last octet and its answer")
        row("answered with 250 or 202", "\(tally.accepted.count)")
        row("delivered, body as it was", "\(whole.count)")
        row("lost", "\(tally.accepted.count - whole.count)")
        row("handed over again, because no answer came", "\(tally.unanswered)")
        row("refused for the time being", tally.refused.map { "\($0.key): \($0.value)" }.joined(separator: ", "))
        row("delivered more than once", "\(delivered.count { $0.value.count > 1 })")
        row("still in the queue", "\(try await house.store.list(QueueFilter()).count)")
    }
}
