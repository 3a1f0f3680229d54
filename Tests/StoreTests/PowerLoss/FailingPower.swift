import Foundation
import TestSupport

/// What a disk has after the power failed: all that was made durable, and of the rest what happened to be written, whole, torn at a sector, or not at all.
struct FailingPower {
    private struct File {
        var durable: [UInt8] = []
        /// Since it was last made durable.
        var pending: [RecordingDisk.Event] = []
    }

    private static let sector = 512

    private var files: [String: File]
    /// What somebody was promised up to here.
    private(set) var promises: [String] = []
    /// A disk that says that it has made durable what it has not.
    private let lies: Bool

    /// `folder`: as it was when the recording began.
    init(_ folder: String, lies: Bool = false) throws {
        self.lies = lies
        files = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix("mandate.sqlite") {
            files[name] = File(durable: [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))))
        }
    }

    /// One more thing happens before it.
    mutating func pass(_ event: RecordingDisk.Event) {
        switch event {
        case .promise(let what): promises.append(what)
        case .write(let file, _, _), .truncate(let file, _): files[file, default: File()].pending.append(event)
        case .sync(let file):
            guard !lies else { return }
            var whole = files[file] ?? File()
            for event in whole.pending { Self.apply(event, to: &whole.durable) }
            whole.pending = []
            files[file] = whole
        }
    }

    /// The power fails now: what is found afterwards, in a folder that is made.
    func leave(in folder: String, using generator: inout some RandomNumberGenerator) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // Shared memory is gone with the machine.
        for (name, file) in files where !name.hasSuffix("-shm") {
            var bytes = file.durable
            for event in file.pending {
                switch (event, UInt8.random(in: 0..<3, using: &generator)) {
                case (_, 0): break
                case (.write(_, let offset, let written), 1):
                    for start in stride(from: 0, to: written.count, by: Self.sector) where Bool.random(using: &generator) {
                        let piece = Array(written[start..<min(start + Self.sector, written.count)])
                        Self.apply(.write(file: name, offset: offset + start, bytes: piece), to: &bytes)
                    }
                default: Self.apply(event, to: &bytes)
                }
            }
            try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
        }
    }

    private static func apply(_ event: RecordingDisk.Event, to bytes: inout [UInt8]) {
        switch event {
        case .write(_, let offset, let written):
            if bytes.count < offset + written.count { bytes += [UInt8](repeating: 0, count: offset + written.count - bytes.count) }
            bytes.replaceSubrange(offset..<offset + written.count, with: written)
        case .truncate(_, let size): if bytes.count > size { bytes.removeLast(bytes.count - size) }
        case .sync, .promise: break
        }
    }
}
