import Foundation
import FoundationEssentials
import Relay
import Store
import TestSupport

/// The way in – signed in, header read, decided, durable, 250 – by the program as it is run, against what an SMTP sink takes from the same load program that keeps
/// nothing. The sender has no mailbox and the policy is `hold`: each message is decided, kept and journaled like any other, and none of them leaves meanwhile.
///
///     SINK=127.0.0.1:12625 LOAD='xload -h {address} -s {sessions} -l {octets} -m {messages} -f {sender} -u {name} -w {key}' \
///         swift run -c release Benchmarks in
///
/// `LOAD` is a shell line that hands over as many messages and ends; of what it prints, `per_s=`, `p50ms=` and `p99ms=` are read.
enum InBenchmark {
    private static let sessions = 20
    private static let sender = "stranger@crowd.example"
    /// Sink and service in turn, so that what else the machine does meets both; the medians.
    private static let rounds = 3

    static func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let sink = environment["SINK"], let load = environment["LOAD"] else {
            throw Unexpected("SINK=HOST:PORT and LOAD=COMMAND name the sink and the load program; see InBenchmark.swift")
        }
        print("— the way in, durable, \(sessions) connections")
        for (octets, messages) in [(4_096, 20_000), (51_200, 5_000)] {
            try await measure(load, sink: sink, octets: octets, messages: messages)
        }
        try await idle()
        try await big(load)
    }

    private static func with(_ body: (MailHouse, _ port: Int, Process) async throws -> Void) async throws {
        var provider = Relay.Provider.microsoft
        // Nobody is there, should anything leave after all.
        provider.smtp = MailEndpoint(host: "127.0.0.1", port: 9, security: .startTLS)
        let house = try await MailHouse.open(
            provider, logins: ["robot@crowd.example"], secret: nil,
            more: [MailHouse.clientEntity, .setting(SettingKey(.fallback), Fallback.hold.rawValue)])
        let port = try FreePorts.take()
        let service = try await house.serving(port: port)
        let result: Result<Void, any Error>
        do { result = .success(try await body(house, port, service)) } catch { result = .failure(error) }
        service.terminate()
        service.waitUntilExit()
        try await house.close()
        try result.get()
    }

    private static func measure(_ line: String, sink: String, octets: Int, messages: Int) async throws {
        var ceilings: [Load] = []
        var loads: [Load] = []
        try await with { house, port, service in
            let before = service.cpuSeconds
            for _ in 0..<rounds {
                ceilings.append(try load(line, address: sink, sessions: sessions, octets: octets, messages: messages))
                loads.append(try load(line, address: "127.0.0.1:\(port)", sessions: sessions, octets: octets, messages: messages))
            }
            let cpu = (service.cpuSeconds - before) / Double(messages * rounds) * 1000
            let kept = try await house.store.list(QueueFilter(state: .held, limit: 1_000_000)).count
            guard kept == messages * rounds else { throw Unexpected("\(kept) of \(messages * rounds) messages were kept") }
            let ours = median(loads.map(\.rate))
            let ceiling = median(ceilings.map(\.rate))
            row(
                "\(octets) octets",
                "\(Int(ours)) messages/s, \(cpu.short) CPU s per 1,000, p50 \(median(loads.map(\.p50)).short) ms, p99 \(median(loads.map(\.p99)).short) ms"
            )
            row("  against the sink", "× \((ours / ceiling).short) (\(Int(ceiling))/s)")
        }
    }

    private static func idle() async throws {
        try await with { _, port, service in
            let before = service.memory.now
            let clients = try (0..<200).map { _ in
                let client = try SubmissionClient(port: port)
                try client.signIn(MailHouse.client.name, key: MailHouse.client.key)
                return client
            }
            let (now, most) = service.memory
            row("\(clients.count) idle connections", "\(before >> 20) MB before, \(now >> 20) MB now, \(most >> 20) MB at most")
        }
    }

    private static func big(_ line: String) async throws {
        try await with { _, port, service in
            let clients = 100
            let took = try load(line, address: "127.0.0.1:\(port)", sessions: clients, octets: 35 << 20, messages: clients)
            let (now, most) = service.memory
            row(
                "\(clients) clients with 35 MB each at once",
                "\(now >> 20) MB at the end, \(most >> 20) MB at most; \(Int(took.rate * 35)) MB/s")
        }
    }

    private struct Load {
        /// Messages a second.
        var rate = 0.0
        var p50 = 0.0
        var p99 = 0.0
    }

    private static func load(_ line: String, address: String, sessions: Int, octets: Int, messages: Int) throws -> Load {
        let values = [
            "address": address, "sessions": "\(sessions)", "octets": "\(octets)", "messages": "\(messages)", "sender": sender,
            "name": MailHouse.client.name, "key": "'\(MailHouse.client.key)'",
        ]
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", values.reduce(line) { $0.replacing("{\($1.key)}", with: $1.value) }]
        let output = Pipe()
        shell.standardOutput = output
        let clock = ContinuousClock()
        let begun = clock.now
        try shell.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        shell.waitUntilExit()
        guard shell.terminationStatus == 0 else { throw Unexpected("the load program ended with \(shell.terminationStatus): \(text)") }
        var load = Load(rate: Double(messages) / ((clock.now - begun) / .seconds(1)))
        for word in text.split(whereSeparator: \.isWhitespace) {
            let parts = word.split(separator: "=")
            guard parts.count == 2, let value = Double(parts[1]) else { continue }
            switch parts[0] {
            case "per_s": load.rate = value
            case "p50ms": load.p50 = value
            case "p99ms": load.p99 = value
            default: break
            }
        }
        return load
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
