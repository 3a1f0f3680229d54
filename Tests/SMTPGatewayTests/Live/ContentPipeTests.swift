import Synchronization
import Testing

@testable import SMTPGateway

/// Pieces between event loop and task: in order, bounded, and nobody waits for ever.
@Suite(.timeLimit(.minutes(20)))
struct ContentPipeTests {
    private let piece = [UInt8](repeating: 7, count: 100_000)

    /// A writer that was told to wait is told to go on, also when it wrote once more meanwhile.
    @Test func aFullPipeTellsWhenItIsDrained() async {
        let told = Mutex(0)
        let pipe = ContentPipe(drained: { told.withLock { $0 += 1 } })
        #expect(pipe.write(piece) && pipe.write(piece) && !pipe.write(piece))
        #expect(await pipe.next()?.count == 100_000)
        #expect(!pipe.write([1]), "some of it was taken, and it is still full")
        for _ in 0..<3 { #expect(await pipe.next() != nil) }
        #expect(told.withLock { $0 } == 1)
        #expect(pipe.write(piece))
    }

    @Test func theEndComesBehindTheLastPiece() async {
        let pipe = ContentPipe(drained: {})
        _ = pipe.write([1])
        _ = pipe.write([2])
        pipe.end()
        #expect(await pipe.next() == [1])
        #expect(await pipe.next() == [2])
        #expect(await pipe.next() == nil)
        #expect(!pipe.isCut)
    }

    @Test func aCutPipeEndsAtOnceAndTakesEverything() async {
        let pipe = ContentPipe(drained: {})
        _ = pipe.write([1])
        pipe.cut()
        #expect(await pipe.next() == nil)
        #expect(pipe.isCut)
        for _ in 0..<10 { #expect(pipe.write(piece), "whoever writes into nothing need not wait") }
    }
}
