import Foundation
import FoundationEssentials
import Relay
import Store
import TestSupport

/// The whole way – taken in durably, decided, rewritten, sent with a token over TLS, settled durably – by the program as it is run, in and out at the same time:
/// what a message costs, counted where it can be, since counts hold on a busy machine.
///
///     SINK=127.0.0.1:12625 SINK_AUTHORITY=cert.pem \
///         LOAD='xload -h {address} -s {sessions} -l {octets} -m {messages} -F {senders} -u {name} -w {key}' \
///         PEER='run-postfix {octets} {sessions} {senders}' swift run -c release Benchmarks passage
///
/// `LOAD` is a shell line that hands messages over as s0@example.com to s49@example.com in turn; of what it prints, `p99ms=` is read. `PEER`, if there is one,
/// does the same job and prints `per_s=`: messages a second that have arrived. `PASSAGE_MESSAGES`, `PASSAGE_ROUNDS`: fewer for a slow machine.
enum PassageBenchmark {
    struct Cell {
        var senders = 50
        var octets = 4_096
        let sessions: Int
    }

    struct Cost {
        var rate = 0.0
        var p99 = 0.0
        /// Of one message: milliseconds of CPU, octets written, calls that write, switches of its threads.
        var cpu = 0.0
        var octets = 0.0
        var calls = 0.0
        var switches = 0.0
    }

    static let environment = ProcessInfo.processInfo.environment
    static let messages = environment["PASSAGE_MESSAGES"].flatMap { Int($0) } ?? 2_000
    /// Ours and the peer's in turn, so that what else the machine does meets both; the medians.
    static let rounds = environment["PASSAGE_ROUNDS"].flatMap { Int($0) } ?? 3

    static func run() async throws {
        guard let sink = environment["SINK"], let authority = environment["SINK_AUTHORITY"], let load = environment["LOAD"],
            let port = sink.split(separator: ":").last.flatMap({ Int($0) })
        else { throw Unexpected("SINK=HOST:PORT, SINK_AUTHORITY=FILE and LOAD=COMMAND name sink and load; see PassageBenchmark.swift") }
        print("— the whole way, in and out, \(messages) messages each")
        let pem = try String(contentsOfFile: authority, encoding: .utf8)
        let cells = [
            Cell(sessions: 1), Cell(sessions: 8), Cell(sessions: 20), Cell(octets: 51_200, sessions: 8), Cell(senders: 1, sessions: 8),
            Cell(senders: 1, octets: 51_200, sessions: 8),
        ]
        for cell in cells { try await measure(cell, sink: port, pem, load) }
        try await besideBacklog(sink: port, pem, load)
    }

    static func provider(sink: Int, _ authority: String) -> Relay.Provider {
        var provider = Relay.Provider.microsoft
        provider.smtp = MailEndpoint(host: "localhost", port: sink, security: .startTLS)
        provider.limits = ProviderLimits(connections: 20)
        provider.trustedCertificates = authority
        return provider
    }

    private static func measure(_ cell: Cell, sink: Int, _ authority: String, _ load: String) async throws {
        let house = try await MailHouse.open(
            provider(sink: sink, authority), logins: (0..<cell.senders).map { "s\($0)@example.com" }, secret: nil,
            more: [MailHouse.clientEntity])
        let port = try FreePorts.take()
        let service = try await house.serving(port: port)
        var costs: [Cost] = []
        var peers: [Double] = []
        _ = try await pass(cell, house, service, load, port: port, messages: 10 * cell.senders)
        for _ in 0..<rounds {
            costs.append(try await pass(cell, house, service, load, port: port, messages: messages))
            if let peer = environment["PEER"] { peers.append(try words(peer, cell, port: port, messages: messages)["per_s"] ?? 0) }
        }
        service.terminate()
        service.waitUntilExit()
        try await house.close()
        func median(_ value: KeyPath<Cost, Double>) -> Double { Self.median(costs.map { $0[keyPath: value] }) }
        row(
            "\(cell.senders) sender\(cell.senders == 1 ? "" : "s"), \(cell.octets) octets, \(cell.sessions) sessions",
            "\(Int(median(\.rate))) messages/s, \(median(\.cpu).short) ms CPU, p99 of acceptance \(median(\.p99).short) ms")
        row(
            "  a message writes",
            "\(Int(median(\.octets))) octets (× \((median(\.octets) / Double(cell.octets)).short)) in \(median(\.calls).short) calls, "
                + "and switches \(median(\.switches).short) times")
        if !peers.isEmpty { row("  against the peer", "× \((median(\.rate) / Self.median(peers)).short) (\(Int(Self.median(peers)))/s)") }
    }

    static func pass(
        _ cell: Cell, _ house: MailHouse, _ service: Process, _ load: String, port: Int, messages: Int
    ) async throws -> Cost {
        let before = (service.counts, service.cpuSeconds)
        let sent = try await sent(house)
        let clock = ContinuousClock()
        let begun = clock.now
        let said = try words(load, cell, port: port, messages: messages)
        while try await self.sent(house) - sent < messages { try await Task.sleep(for: .milliseconds(5)) }
        let seconds = (clock.now - begun) / .seconds(1)
        let (now, count) = (service.counts, Double(messages))
        return Cost(
            rate: count / seconds, p99: said["p99ms"] ?? 0, cpu: (service.cpuSeconds - before.1) / count * 1000,
            octets: Double(now.octets - before.0.octets) / count, calls: Double(now.calls - before.0.calls) / count,
            switches: Double(now.switches - before.0.switches) / count)
    }

    /// Since a day.
    private static func sent(_ house: MailHouse) async throws -> Int {
        try await house.store.traffic(since: Date().addingTimeInterval(-86_400)).filter { $0.traffic.outcome == .sent }
            .reduce(0) { $0 + $1.traffic.recipients }
    }

    private static func words(_ line: String, _ cell: Cell, port: Int, messages: Int) throws -> [String: Double] {
        let values = [
            "address": "127.0.0.1:\(port)", "sessions": "\(cell.sessions)", "octets": "\(cell.octets)", "messages": "\(messages)",
            "senders": "\(cell.senders)", "name": MailHouse.client.name, "key": "'\(MailHouse.client.key)'",
        ]
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", values.reduce(line) { $0.replacing("{\($1.key)}", with: $1.value) }]
        let output = Pipe()
        shell.standardOutput = output
        try shell.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        shell.waitUntilExit()
        guard shell.terminationStatus == 0 else { throw Unexpected("\(line) ended with \(shell.terminationStatus): \(text)") }
        let pairs = text.split(whereSeparator: \.isWhitespace).compactMap { word -> (String, Double)? in
            let parts = word.split(separator: "=")
            return parts.count == 2 ? Double(parts[1]).map { (String(parts[0]), $0) } : nil
        }
        return Dictionary(pairs) { $1 }
    }

    static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

extension Process {
    /// Octets it has written, calls of writing, and switches of all its threads, so far (/proc/PID/io and /proc/PID/task/*/status).
    fileprivate var counts: (octets: Int, calls: Int, switches: Int) {
        func sum(_ path: String, _ names: [String]) -> Int {
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return 0 }
            return text.split(separator: "\n").filter { line in names.contains { line.hasPrefix($0 + ":") } }
                .compactMap { $0.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) } }.reduce(0, +)
        }
        let folder = "/proc/\(processIdentifier)"
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/task")) ?? []
        return (
            sum(folder + "/io", ["write_bytes"]), sum(folder + "/io", ["syscw"]),
            tasks.reduce(0) { $0 + sum("\(folder)/task/\($1)/status", ["voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"]) }
        )
    }
}
