import Synchronization
import Testing

@testable import SMTPGateway

struct ContentPipeTests {
    /// The event loop hands over what it had read already when the pipe became full; the client must be heard again all the same.
    @Test func pieceThatComesWhileFullDoesNotHideTheDraining() async {
        let drained = Mutex(0)
        let pipe = ContentPipe { drained.withLock { $0 += 1 } }
        let half = [UInt8](repeating: 1, count: ContentPipe.most / 2)
        #expect(pipe.write(half))
        #expect(!pipe.write(half), "it is full")
        _ = await pipe.next()
        #expect(!pipe.write([2]), "still, until it is nearly empty")
        #expect(drained.withLock { $0 } == 0)
        _ = await pipe.next()
        #expect(drained.withLock { $0 } == 1)
        #expect(pipe.write(half))
    }
}
