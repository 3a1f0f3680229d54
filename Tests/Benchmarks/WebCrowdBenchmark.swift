import Foundation
import Relay
import TestSupport

/// Two thousand visitors over HTTP who hold their connections as long as they are let, and what a program that asks for decisions notices of them.
///
///     swift run -c release Benchmarks web-crowd
enum WebCrowdBenchmark {
    private static let visitors = 2_000
    private static let questions = 500
    /// Seconds: the longest patience of the service, which is with a body that drips, and its share for the octets that came.
    private static let watched = 110

    static func run() async throws {
        print("— a program that asks beside \(visitors) visitors who hold their connections")
        let house = try await MailHouse.open(.microsoft, logins: ["robot@crowd.example"], secret: nil, more: [MailHouse.clientEntity])
        let (port, httpPort) = (try FreePorts.take(), try FreePorts.take())
        let service = try await house.serving(port: port, httpPort: httpPort)
        let alone = try await latencies(httpPort)
        let before = service.memory.now
        let (there, isThere) = AsyncStream.makeStream(of: Void.self)
        async let staying = LoopbackSocket.aside {
            defer { isThere.finish() }
            let crowd = try SlowVisitors(visitors, port: httpPort, key: MailHouse.client.key, perAddress: 400)
            for second in 0..<watched {
                crowd.sayOctet()
                isThere.yield()
                if second == 20 || second == 45 || second == 80 { try report(crowd, after: second) }
                sleep(1)
            }
            try report(crowd, after: watched)
        }
        for await _ in there { break }
        let beside = try await latencies(httpPort)
        let most = service.memory.most
        row("alone: a decision, from the question to the answer", words(alone))
        row("beside them", words(beside))
        row("memory before, and at most", "\(before >> 20) MB, \(most >> 20) MB")
        try await staying
        service.terminate()
        service.waitUntilExit()
        try await house.close()
    }

    private static func report(_ crowd: SlowVisitors, after seconds: Int) throws {
        let counts = try SlowVisitors.Manner.allCases.map { "\($0) \(try crowd.staying($0))" }
        row("still there after \(seconds) s", counts.joined(separator: ", "))
    }

    private static func words(_ latencies: [Double]) -> String {
        "p50 \(latencies[questions / 2].short) ms, p99 \(latencies[questions * 99 / 100].short) ms, at most \(latencies[questions - 1].short) ms"
    }

    /// Milliseconds of each question, sorted; over ten seconds, each on a connection of its own, since it is a new one that a crowd could keep out.
    private static func latencies(_ port: Int) async throws -> [Double] {
        try await LoopbackSocket.aside {
            let clock = ContinuousClock()
            let body = #"{"purpose": "notification"}"#
            let request =
                "POST /v1/decisions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(MailHouse.client.key)\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            return try (0..<questions).map { _ in
                let begun = clock.now
                let socket = try LoopbackSocket(port: port)
                try socket.send(Array(request.utf8))
                guard try socket.receive().starts(with: "HTTP/1.1 200".utf8) else { throw Unexpected("a question was not answered") }
                let took = (clock.now - begun) / .milliseconds(1)
                usleep(10_000_000 / UInt32(questions))
                return took
            }.sorted()
        }
    }
}
