internal import Relay

/// A file as a look at the folder found it.
struct PickupFile: Sendable, Hashable {
    let path: String
    let name: String
    let purpose: Purpose?
    let size: Int64
    /// Nanoseconds since 1970; the file system's clock, which is not ours on a network file system.
    let modified: Int64
}

/// A file that was taken: its name holds the id that its message has or will have, so that a crash between accepting and removing it is seen for what it was.
struct ClaimedFile: Sendable, Hashable {
    let path: String
    let id: SpoolID
    let purpose: Purpose?
    /// As it was called.
    let name: String

    /// `id~purpose~name`; nil: it is none of ours.
    init?(_ fileName: String, in folder: String) {
        let parts = fileName.split(separator: "~", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, !parts[0].isEmpty, !parts[2].isEmpty else { return nil }
        path = "\(folder)/\(fileName)"
        id = SpoolID(trusted: parts[0])
        purpose = Purpose(rawValue: parts[1])
        name = parts[2]
    }

    /// A name may have 255 octets, of which id and purpose take some; of a longer one the beginning is kept.
    static func name(_ file: PickupFile, _ id: SpoolID) -> String {
        var name = ""
        for scalar in file.name.unicodeScalars where name.utf8.count < 180 { name.unicodeScalars.append(scalar) }
        return "\(id)~\(file.purpose?.rawValue ?? "")~\(name)"
    }
}
