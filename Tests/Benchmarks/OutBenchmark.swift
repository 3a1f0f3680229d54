import Foundation
import FoundationEssentials
import Relay
import Store

/// The whole way out – claim, decide, rewrite, token, TLS, accepted, settled durably – by the program as it is run, into an SMTP sink that signs in with
/// XOAUTH2 over STARTTLS, against what the sink takes when something sends to it that does nothing else.
///
///     SINK=127.0.0.1:12625 SINK_AUTHORITY=cert.pem SINK_CEILING='xload -h $SINK -p -s {sessions} -l {octets} -m {messages}' \
///         swift run -c release Benchmarks out
///
/// `SINK_CEILING` is a shell line that sends as many messages and ends; the time it takes is the ceiling. `SINK_MESSAGES`: fewer for a slow sink.
enum OutBenchmark {
    private static let messages = ProcessInfo.processInfo.environment["SINK_MESSAGES"].flatMap { Int($0) } ?? 2_000

    static func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let sink = environment["SINK"], let authority = environment["SINK_AUTHORITY"], let colon = sink.lastIndex(of: ":"),
            let port = Int(sink[sink.index(after: colon)...])
        else { throw Unexpected("SINK=HOST:PORT and SINK_AUTHORITY=FILE name the sink; see OutBenchmark.swift") }
        print("— the whole way out, \(messages) messages each")
        let pem = try String(contentsOfFile: authority, encoding: .utf8)
        for octets in [4_096, 51_200] {
            for connections in [1, 8, 20] {
                var provider = Relay.Provider.microsoft
                provider.smtp = MailEndpoint(host: "localhost", port: port, security: .startTLS)
                provider.limits = ProviderLimits(connections: connections)
                provider.trustedCertificates = pem
                try await measure(provider, octets: octets, connections: connections, ceiling: environment["SINK_CEILING"])
            }
        }
    }

    private static func measure(_ provider: Relay.Provider, octets: Int, connections: Int, ceiling: String?) async throws {
        let house = try await MailHouse.open(provider, logins: ["robot@crowd.example"], secret: nil)
        _ = try await house.accept(0..<messages, octets: octets)
        let service = try house.serve()
        var begun: Date?
        while true {
            let left = try await house.store.list(QueueFilter(limit: 1_000_000)).count
            if begun == nil, left < messages { begun = Date() }
            if left == 0 { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        let seconds = Date().timeIntervalSince(begun ?? Date())
        let cpu = service.cpuSeconds
        service.terminate()
        service.waitUntilExit()
        try await house.close()
        let rate = Double(messages) / seconds
        var words = "\(Int(rate)) messages/s, \((cpu / Double(messages) * 1000).short) CPU s per 1,000"
        if let ceiling {
            let most = try load(ceiling, octets: octets, sessions: connections)
            words += ", × \((rate / most).short) of the ceiling (\(Int(most))/s)"
        }
        row("\(octets) octets, \(connections) connection\(connections == 1 ? "" : "s")", words)
    }

    private static func load(_ line: String, octets: Int, sessions: Int) throws -> Double {
        let line = line.replacing("{octets}", with: "\(octets)").replacing("{sessions}", with: "\(sessions)")
            .replacing("{messages}", with: "\(messages)")
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", line]
        shell.standardOutput = FileHandle.nullDevice
        let clock = ContinuousClock()
        let begun = clock.now
        try shell.run()
        shell.waitUntilExit()
        guard shell.terminationStatus == 0 else { throw Unexpected("the ceiling's command ended with \(shell.terminationStatus)") }
        return Double(messages) / ((clock.now - begun) / .seconds(1))
    }
}
