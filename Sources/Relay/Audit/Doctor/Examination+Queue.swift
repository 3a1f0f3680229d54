package import struct FoundationEssentials.Date

/// What lies in the queue, and whether anybody carries it.
extension Examination {
    /// Seconds after which a message that waits has waited long: the first retries are over by then.
    package static let longWait = 900.0

    /// `isServed`: a service has the store.
    package static func queue(_ depth: QueueDepth, isServed: Bool, in directory: Directory, at now: Date) -> [Finding] {
        func count(_ state: QueuedMessage.StateName) -> Int { depth.counts[state] ?? 0 }
        var findings: [Finding] = []
        let waiting = count(.waiting) + count(.claimed)
        if waiting > 0, !isServed {
            findings.append(
                Finding("service", "no service runs on this store, and \(messages(waiting, "waits", "wait"))", fix: "mandate serve"))
        }
        if let oldest = depth.oldest, now.timeIntervalSince(oldest) > longWait {
            findings.append(
                Finding(
                    "queue", "\(messages(waiting, "waits", "wait")), the oldest since \(oldest.minute)",
                    fix: "mandate queue list --state waiting"))
        }
        if count(.failed) > 0 {
            findings.append(
                Finding(
                    "queue", "\(messages(count(.failed), "was", "were")) given up",
                    fix: "mandate queue list --state failed", "mandate queue retry --all --state failed",
                    "mandate queue remove --all --state failed"))
        }
        if count(.held) > 0 {
            let live = directory.staging.isEmpty ? [] : ["mandate settings set delivery live"]
            findings.append(
                Finding(
                    "queue",
                    "\(messages(count(.held), "is", "are")) held until somebody releases \(count(.held) == 1 ? "it" : "them")",
                    fix: ["mandate queue list --state held"] + live + ["mandate queue release --all"]))
        }
        return findings
    }

    private static func messages(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? "message \(one)" : "messages \(many)")"
    }
}
