import Foundation
import Relay
import TestSupport

/// Times as ratios: against the same work at a hundredth of the size, or against `memcpy` of the same bytes, in the same run on the same machine.
/// Absolute numbers of a shared machine mean little; these ratios are what is watched.
///
///     swift run -c release Benchmarks [decide|rewrite|load|tokens|million|passage|sweep|out|in|slow|queue|web|web-crowd|kill|kill-in|kill-web|kill-postgres|failover [MESSAGES KILLS]]
///     swift run -c release Benchmarks simulate SECONDS | FIRST-LAST | seed SEED [story] | world FILE [SEED [story]]
@main struct Benchmarks {
    static func main() async throws {
        let wanted = CommandLine.arguments.dropFirst()
        if wanted.first == "simulate" { exit(SimulateTrial.run(Array(wanted.dropFirst()))) }
        if wanted.isEmpty || wanted.contains("decide") { DecideBenchmark.run() }
        if wanted.isEmpty || wanted.contains("rewrite") { try RewriteBenchmark.run() }
        if wanted.isEmpty || wanted.contains("load") { try await LoadBenchmark.run([1_000, 100_000]) }
        if wanted.isEmpty || wanted.contains("tokens") { try await TokenBenchmark.run() }
        if wanted.contains("passage") { try await PassageBenchmark.run() }
        if wanted.contains("sweep") { try await SweepBenchmark.run() }
        if wanted.contains("out") { try await OutBenchmark.run() }
        if wanted.contains("queue") { try await QueueBenchmark.run() }
        if wanted.contains("in") { try await InBenchmark.run() }
        if wanted.contains("web") { try await WebBenchmark.run() }
        if wanted.contains("web-crowd") { try await WebCrowdBenchmark.run() }
        if wanted.contains("slow") { try await SlowBenchmark.run() }
        if let numbers = numbers(behind: "kill", in: wanted) {
            try await KillTrial.run(messages: numbers.first ?? 5_000, kills: numbers.dropFirst().first ?? 220)
        }
        if let numbers = numbers(behind: "kill-in", in: wanted) {
            try await KillInTrial.run(.smtp, messages: numbers.first ?? 20_000, kills: numbers.dropFirst().first ?? 60)
        }
        if let numbers = numbers(behind: "kill-web", in: wanted) {
            try await KillInTrial.run(.http, messages: numbers.first ?? 20_000, kills: numbers.dropFirst().first ?? 60)
        }
        if let numbers = numbers(behind: "kill-postgres", in: wanted) {
            try await KillInTrial.run(.smtp, messages: numbers.first ?? 20_000, kills: numbers.dropFirst().first ?? 102, inPostgres: true)
        }
        if let numbers = numbers(behind: "failover", in: wanted) {
            try await FailoverTrial.run(messages: numbers.first ?? 6_000, times: numbers.dropFirst().first ?? 5)
        }
        if wanted.contains("million") { try await MillionBenchmark.run() }
    }

    /// nil: the word is not there.
    private static func numbers(behind word: String, in wanted: ArraySlice<String>) -> [Int]? {
        wanted.firstIndex(of: word).map { wanted[$0...].dropFirst().prefix(2).compactMap { Int($0) } }
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
    fflush(nil)  // who measures for minutes wants to see how far it is, through a pipe, too
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
