import Foundation
import Relay
import Sandbox
import Store
import TestSupport

/// A primary and a standby that commits wait for; the primary is killed while programs hand mail over, the standby is promoted, and gets a standby of its own. What
/// was answered with 250 arrives, and the service goes on by itself.
enum FailoverTrial {
    private static let clients = 8

    static func run(messages: Int, times: Int) async throws {
        print("— killing the primary \(times) times while \(clients) clients hand \(messages) messages over")
        var primary = try await PostgresCluster()
        var standby = try await PostgresCluster(standbyOf: primary)
        for cluster in [primary, standby] {
            try await cluster.asNobody("echo \"synchronous_standby_names = '*'\" >> \(cluster.folder)/data/postgresql.auto.conf")
        }
        try await primary.ask("SELECT pg_reload_conf()")
        try await standby.ask("SELECT pg_reload_conf()")
        let folders = "\(primary.folder),\(standby.folder)"
        let (house, sandbox) = try await MailHouse.atSandbox(more: [MailHouse.clientEntity], on: primary, hosts: folders)
        let port = try FreePorts.take()
        let (name, key) = MailHouse.client
        let crowd = CrowdWay.smtp.crowd(at: port, name: name, key: key, senders: house.logins, octets: 4_000)
        let service = try await house.serving(port: port)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<clients { group.addTask { try await LoopbackSocket.aside { crowd.run() } } }
            for number in 0..<times {
                // Somebody is always about to hand over the next.
                let share = messages * (number + 1) / (times + 1)
                crowd.allow(share + messages / (times + 1) / 2)
                _ = await crowd.tally { $0.accepted.count >= share }
                try await primary.kill()
                let begin = Date()
                try await standby.promote()
                try await primary.follow(standby)
                (primary, standby) = (standby, primary)
                _ = await crowd.tally { [count = crowd.tally.accepted.count] in $0.accepted.count > count }
                row(
                    "failover \(number + 1): seconds until the next message was accepted",
                    "\(Double(Int(Date().timeIntervalSince(begin) * 10)) / 10)")
            }
            crowd.allow(messages)
            _ = await crowd.tally { $0.accepted.count >= messages }
            crowd.stop()
            try await group.waitForAll()
        }
        service.terminate()
        service.waitUntilExit()
        try await house.seeThrough()
        try await KillInTrial.report(crowd.tally, kills: times, cut: 0, house, sandbox)
        try await house.close()
        try await sandbox.stop()
        await standby.stop()
        await primary.stop()
    }
}
