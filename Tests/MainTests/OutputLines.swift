import Foundation

extension FileHandle {
    /// Pieces of a program's output as they come, read on a thread of their own.
    var pieces: AsyncThrowingStream<String, any Error> {
        AsyncThrowingStream { stream in
            let thread = Thread { [self] in
                while true {
                    let piece = availableData
                    if piece.isEmpty { break }
                    stream.yield(String(decoding: piece, as: UTF8.self))
                }
                stream.finish()
            }
            thread.start()
        }
    }
}
