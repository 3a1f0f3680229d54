import Foundation
import Synchronization
import TestSupport

/// Runs worlds: each from a number that is all of it. What must never be is one line that runs the same world again, with as few of its deeds as it takes.
enum SimulateTrial {
    /// The order of sets and dictionaries is part of a world, and is the same in each process only where the runtime is told so when it starts.
    private static let order = "SWIFT_DETERMINISTIC_HASHING"

    /// Returns the process's status: 1 when something was found.
    static func run(_ words: [String]) -> Int32 {
        if ProcessInfo.processInfo.environment[order] == nil { startAgain() }
        let tellsStory = words.last == "story"
        switch words.first {
        case "world" where words.count > 1: return file(words[1], words.count > 2 ? UInt64(words[2]) : nil, tellsStory: tellsStory)
        case "seed" where words.count > 1:
            guard let seed = UInt64(words[1]) else { break }
            return one(WorldPlan(seed: seed), seed, tellsStory: tellsStory)
        case let word?:
            if let range = seeds(word) { return many(range, until: nil) }
            guard let seconds = Double(word) else { break }
            let first = UInt64.random(in: 0..<1 << 40)
            return many(first...(first + 1 << 40), until: .now + .seconds(seconds))
        case nil: break
        }
        print("Benchmarks simulate SECONDS | FIRST-LAST | seed SEED [story] | world FILE [SEED [story]]")
        return 64
    }

    private static func seeds(_ word: String) -> ClosedRange<UInt64>? {
        let ends = word.split(separator: "-").compactMap { UInt64($0) }
        return ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : nil
    }

    /// A plan that somebody wrote, in the order of one seed, or of many.
    private static func file(_ path: String, _ seed: UInt64?, tellsStory: Bool) -> Int32 {
        do {
            let plan = try WorldPlan(parsing: try String(contentsOfFile: path, encoding: .utf8))
            if let seed { return one(plan, seed, tellsStory: tellsStory) }
            let found = onThread { (1...ordersOfAFile).map { Simulation.run(plan, seed: $0) }.filter { !$0.violations.isEmpty } }
            for report in found { print("Benchmarks simulate world \(path) \(report.seed) story   # \(report.violations[0])") }
            print("\(ordersOfAFile) orders of \(path); \(found.count) failed")
            return found.isEmpty ? 0 : 1
        } catch {
            print("\(path): \(error)")
            return 65
        }
    }

    private static let ordersOfAFile: UInt64 = 40

    private static func startAgain() -> Never {
        setenv(order, "1", 1)
        var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
        execv("/proc/self/exe", &arguments)
        fatalError("this program cannot be started again: \(String(cString: strerror(errno)))")
    }

    private static func one(_ plan: WorldPlan, _ seed: UInt64, tellsStory: Bool) -> Int32 {
        let report = onThread { Simulation.run(plan, seed: seed, tellsStory: tellsStory) }
        for line in report.story { print(line) }
        for violation in report.violations { print("seed \(seed): \(violation)") }
        print(
            "seed \(seed): \(report.steps) jobs, trace \(String(report.trace, radix: 16)), \(report.kept) messages kept, "
                + "\(report.delivered) delivered, \(Int(report.seconds)) seconds of the world")
        return report.violations.isEmpty ? 0 : 1
    }

    private struct Totals {
        var next: UInt64
        var worlds = 0
        var jobs = 0
        var kept = 0
        var delivered = 0
        var seconds = 0.0
        var failed: [UInt64] = []
        var told = ContinuousClock.now

        /// Once every ten seconds somebody says how far it is.
        mutating func words() -> String? {
            guard ContinuousClock.now - told > .seconds(10) else { return nil }
            told = .now
            return "… \(worlds) worlds, \(failed.count) failed\n"
        }
    }

    private static func many(_ range: ClosedRange<UInt64>, until end: ContinuousClock.Instant?) -> Int32 {
        let totals = Mutex(Totals(next: range.lowerBound))
        let begin = ContinuousClock.now
        let threads = (0..<2).map { _ in
            begun {
                while end.map({ ContinuousClock.now < $0 }) ?? true {
                    let seed = totals.withLock { totals in
                        defer { totals.next += 1 }
                        return totals.next
                    }
                    guard range.contains(seed) else { return }
                    let report = Simulation.run(WorldPlan(seed: seed), seed: seed)
                    let (isFirst, progress) = totals.withLock { totals in
                        totals.worlds += 1
                        totals.jobs += report.steps
                        totals.kept += report.kept
                        totals.delivered += report.delivered
                        totals.seconds += report.seconds
                        if !report.violations.isEmpty { totals.failed.append(seed) }
                        return (totals.failed.count <= 5, totals.words())
                    }
                    if let progress { FileHandle.standardError.write(Data(progress.utf8)) }
                    if !report.violations.isEmpty { print(words(report, isShrunk: isFirst)) }
                }
            }
        }
        for thread in threads { thread.wait() }
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        let sum = totals.withLock { $0 }
        print(
            "\(sum.worlds) worlds in \(Int(seconds)) s (\(Int(Double(sum.worlds) / seconds)) a second, \(Int(Double(sum.jobs) / seconds)) jobs a second): "
                + "\(sum.kept) messages kept, \(sum.delivered) delivered, \(Int(sum.seconds / 86_400)) days of the worlds; \(sum.failed.count) failed"
        )
        return sum.failed.isEmpty ? 0 : 1
    }

    /// The line that runs it again; and, of the first few, the few deeds that it takes, to be kept as a file.
    private static func words(_ report: Simulation.Report, isShrunk: Bool) -> String {
        let line = "Benchmarks simulate seed \(report.seed) story   # \(report.violations[0])"
        guard isShrunk else { return line }
        let plan = Simulation.shrunk(WorldPlan(seed: report.seed), seed: report.seed)
        let violation = Simulation.run(plan, seed: report.seed).violations.first ?? ""
        return "\(line)\n# \(violation)\n\(plan)"
    }

    private static func begun(_ body: @escaping @Sendable () -> Void) -> DispatchSemaphore {
        let end = DispatchSemaphore(value: 0)
        let thread = Thread {
            body()
            end.signal()
        }
        thread.stackSize = 16 << 20
        thread.start()
        return end
    }

    private static func onThread<Answer: Sendable>(_ body: @escaping @Sendable () -> Answer) -> Answer {
        let answer = Mutex<Answer?>(nil)
        begun { answer.withLock { $0 = body() } }.wait()
        guard let answer = answer.withLock({ $0 }) else { fatalError("the thread gave no answer") }
        return answer
    }
}
