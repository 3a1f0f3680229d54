import Relay

/// Times as ratios: against the same work at a hundredth of the size, or against `memcpy` of the same bytes, in the same run on the same machine.
/// Absolute numbers of a shared machine mean little; these ratios are what is watched.
///
///     swift run -c release Benchmarks [decide|rewrite|load|tokens|million|out|queue|kill [MESSAGES KILLS]]
@main struct Benchmarks {
    static func main() async throws {
        let wanted = CommandLine.arguments.dropFirst()
        if wanted.isEmpty || wanted.contains("decide") { DecideBenchmark.run() }
        if wanted.isEmpty || wanted.contains("rewrite") { try RewriteBenchmark.run() }
        if wanted.isEmpty || wanted.contains("load") { try await LoadBenchmark.run([1_000, 100_000]) }
        if wanted.isEmpty || wanted.contains("tokens") { try await TokenBenchmark.run() }
        if wanted.contains("out") { try await OutBenchmark.run() }
        if wanted.contains("queue") { try await QueueBenchmark.run() }
        if let place = wanted.firstIndex(of: "kill") {
            let numbers = wanted[place...].dropFirst().prefix(2).compactMap { Int($0) }
            try await KillTrial.run(messages: numbers.first ?? 5_000, kills: numbers.dropFirst().first ?? 220)
        }
        if wanted.contains("million") { try await LoadBenchmark.run([1_000_000]) }
    }
}

/// The median of several timings of the same work, in nanoseconds for one of `count` operations.
func nanoseconds(for count: Int, runs: Int = 7, _ work: () -> Void) -> Double {
    let clock = ContinuousClock()
    let timings = (0..<runs).map { _ in clock.measure(work) / .nanoseconds(1) }.sorted()
    return timings[runs / 2] / Double(count)
}

func row(_ name: String, _ value: String) {
    print(name.padded(to: 58) + value)
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 1)) }
}

extension Double {
    /// With as many digits as mean something here.
    var short: String {
        let scaled = (self * 100).rounded() / 100
        return abs(self) >= 100 ? String(Int(self.rounded())) : String(scaled)
    }
}
