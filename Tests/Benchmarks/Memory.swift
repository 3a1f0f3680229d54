import Foundation

/// What a process holds in memory; this one, unless another is named.
enum Memory {
    /// Octets (Linux: the second number of /proc/self/statm is in pages).
    static func resident(of process: Int32? = nil) -> Int {
        let name = process.map(String.init) ?? "self"
        guard let text = try? String(contentsOfFile: "/proc/\(name)/statm", encoding: .utf8) else { return 0 }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
