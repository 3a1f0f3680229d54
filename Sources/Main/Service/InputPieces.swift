internal import Dispatch
internal import Foundation

/// Reads a file or standard input piece by piece on a thread of its own: a blocking read has no place on Swift's cooperative threads.
struct InputPieces: Sendable {
    private let handle: FileHandle
    private let queue = DispatchQueue(label: "input")

    static var standardInput: InputPieces { InputPieces(.standardInput) }

    init(_ handle: FileHandle) { self.handle = handle }

    /// Empty at the end.
    func next() async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { done in
            queue.async {
                done.resume(with: Result { Array(try handle.read(upToCount: 256 * 1024) ?? Data()) })
            }
        }
    }
}
