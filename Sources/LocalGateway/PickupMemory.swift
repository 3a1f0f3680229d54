internal import Logging
internal import struct FoundationEssentials.Date

/// What the look before has seen: a file that grew since is still being written.
struct PickupMemory: Sendable {
    private var before: [String: PickupFile] = [:]
    /// What was said last of the folder as a whole, which is said once.
    private var trouble: String?
    private var unusable = 0

    /// nil: there is none any more.
    mutating func tell(_ trouble: String?, _ logger: Logger) {
        if let trouble, trouble != self.trouble { logger.error("\(trouble)") }
        self.trouble = trouble
    }

    mutating func tell(unusable: Int, in folder: String, _ logger: Logger) {
        if unusable > self.unusable {
            logger.warning(
                "\(unusable) things in \(folder) stay there: a link, an empty file, a folder that is no purpose and a name that is no UTF-8 are no message"
            )
        }
        self.unusable = unusable
    }

    /// Those that have been left alone: changed long enough ago by the file's own clock, and, where files have to settle, the same as a look ago.
    mutating func ready(_ files: [PickupFile], settle: Double, at now: Date) -> [PickupFile] {
        defer { before = Dictionary(files.map { ($0.path, $0) }) { $1 } }
        guard settle > 0 else { return files }
        let latest = Int64((now.timeIntervalSince1970 - settle) * 1_000_000_000)
        return files.filter { $0.modified <= latest && $0.size > 0 && before[$0.path] == $0 }
    }
}
