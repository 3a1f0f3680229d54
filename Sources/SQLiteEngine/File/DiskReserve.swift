internal import Foundation

/// Room on the disk that new mail may not take. A message that was accepted has to be settled, and its settlement needs room, too: were the disk full of mail,
/// nothing could leave it any more.
struct DiskReserve: Sendable {
    /// Octets. The log of writes holds some 4 MB and a batch before SQLite takes them over into the file, which grows by as much; beside that the settlements of
    /// thousands of messages need a few kilobytes each. On a small disk less must do.
    private static let most = 32 << 20
    private static let least = 8 << 20

    let path: String

    enum Room: Sendable, Hashable {
        case enough
        /// Only if the file itself has that much room within: pages that were freed are used again before it grows.
        case within(octets: Int)
        case none
    }

    /// Whether so many more octets of mail leave enough. Twice: what is written stands in the log of writes first.
    func room(for octets: Int) -> Room {
        var status = statvfs()
        // Where it cannot be asked, the write itself will say.
        guard statvfs(path, &status) == 0 else { return .enough }
        let block = Int(status.f_frsize)
        let reserve = min(Self.most, max(Self.least, Int(status.f_blocks) * block / 16))
        let missing = reserve + 2 * octets - Int(status.f_bavail) * block
        guard missing > 0 else { return .enough }
        return Int(status.f_bavail) * block > Self.least / 2 ? .within(octets: missing) : .none
    }
}
