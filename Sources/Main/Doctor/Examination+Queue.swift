internal import FoundationEssentials
internal import Relay
internal import SQLiteStore

/// What lies in the queue, and whether anybody carries it.
extension Examination {
    /// Seconds after which a message that waits has waited long: the first retries are over by then.
    private static let longWait = 900.0

    func queue(_ directory: Directory) async throws -> [Finding] {
        let depth = try await opened.store.depth()
        func count(_ state: QueuedMessage.StateName) -> Int { depth.counts[state] ?? 0 }
        var findings: [Finding] = []
        let waiting = count(.waiting) + count(.claimed)
        if waiting > 0, try !FolderLock.isServed(folder) {
            findings.append(
                Finding("service", "no service runs on this store, and \(Self.messages(waiting, "waits", "wait"))", fix: "mandate serve"))
        }
        if let oldest = depth.oldest, opened.live.now().timeIntervalSince(oldest) > Self.longWait {
            findings.append(
                Finding(
                    "queue", "\(Self.messages(count(.waiting), "waits", "wait")), the oldest since \(oldest.minute)",
                    fix: "mandate queue list --state waiting"))
        }
        if count(.failed) > 0 {
            findings.append(
                Finding(
                    "queue", "\(Self.messages(count(.failed), "was", "were")) given up",
                    fix: "mandate queue list --state failed", "mandate queue retry --all --state failed",
                    "mandate queue remove --all --state failed"))
        }
        if count(.held) > 0 {
            let isStaging = !directory.staging.isEmpty
            findings.append(
                Finding(
                    "queue",
                    "\(Self.messages(count(.held), "is", "are")) held until somebody releases \(count(.held) == 1 ? "it" : "them")",
                    fix: ["mandate queue list --state held"] + (isStaging ? ["mandate settings set delivery live"] : [])
                        + ["mandate queue release --all"]))
        }
        return findings
    }

    private static func messages(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? "message \(one)" : "messages \(many)")"
    }
}
