internal import Synchronization

/// A message's pieces on their way from the event loop to the task that keeps them. Bounded by its writer, who stops reading from the client while it is full.
final class ContentPipe: Sendable {
    /// More than this waits for the store: the client waits, too. A store's piece is as big.
    static let most = 256 * 1024
    private static let few = most / 4

    private struct State {
        var pieces: [[UInt8]] = []
        var octets = 0
        var isEnded = false
        var isCut = false
        var isFull = false
        var reader: CheckedContinuation<[UInt8]?, Never>?
    }

    private let state = Mutex(State())
    /// There is room again; called from the reader's side.
    private let drained: @Sendable () -> Void

    init(drained: @escaping @Sendable () -> Void) { self.drained = drained }

    /// False: it is full, and `drained` will tell.
    func write(_ piece: [UInt8]) -> Bool {
        let (reader, hasRoom) = state.withLock { state -> (CheckedContinuation<[UInt8]?, Never>?, Bool) in
            guard !state.isCut else { return (nil, true) }
            if let reader = state.reader {
                state.reader = nil
                return (reader, true)
            }
            state.pieces.append(piece)
            state.octets += piece.count
            // Once full it is full until it was drained: pieces that were read already come meanwhile, and must not make `next` forget to tell.
            if state.octets >= Self.most { state.isFull = true }
            return (nil, !state.isFull)
        }
        reader?.resume(returning: piece)
        return hasRoom
    }

    /// The content is complete.
    func end() { close { $0.isEnded = true } }

    /// Nobody wants the rest: the client went away, or the message is refused already.
    func cut() {
        close { state in
            state.isCut = true
            state.pieces = []
            state.octets = 0
        }
    }

    private func close(_ change: @Sendable (inout State) -> Void) {
        let reader = state.withLock { state -> CheckedContinuation<[UInt8]?, Never>? in
            change(&state)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }

    var isCut: Bool { state.withLock { $0.isCut } }

    /// nil at the end. One reader.
    func next() async -> [UInt8]? {
        await withCheckedContinuation { continuation in
            let (piece, isOver, isDrained) = state.withLock { state -> ([UInt8]?, Bool, Bool) in
                if !state.pieces.isEmpty {
                    let piece = state.pieces.removeFirst()
                    state.octets -= piece.count
                    let isDrained = state.isFull && state.octets <= Self.few
                    if isDrained { state.isFull = false }
                    return (piece, false, isDrained)
                }
                if state.isEnded || state.isCut { return (nil, true, false) }
                state.reader = continuation
                return (nil, false, false)
            }
            if isDrained { drained() }
            if piece != nil || isOver { continuation.resume(returning: piece) }
        }
    }
}
