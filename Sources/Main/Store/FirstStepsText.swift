internal import FoundationEssentials
internal import Relay
internal import Store

extension DatabaseStore {
    /// How far this store is on the way to its first message.
    func firstSteps(_ live: Live) async throws -> FirstSteps {
        let directory = try await directory(of: DirectorySlice())
        let health = try await healthReport(live)
        // A store that has not sent for a year is as good as new.
        let traffic = try await traffic(since: live.now().addingTimeInterval(-366 * 86_400))
        return FirstSteps(directory, health, hasSent: traffic.contains { $0.traffic.outcome == .sent })
    }
}

extension FirstSteps {
    /// For a terminal: ticked what is there, and below each other step what to type.
    var text: String {
        let width = steps.reduce(0) { max($0, $1.name.rawValue.count) }
        return steps.map { step in
            let label = step.name.rawValue + String(repeating: " ", count: width - step.name.rawValue.count)
            let head = "  \(step.isDone ? "✓" : "·") \(label)  \(step.what)\n"
            return step.isDone ? head : head + step.commands.map { "      \(DisplayWidth.printable($0))\n" }.joined()
        }.joined()
    }
}
