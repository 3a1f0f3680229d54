internal import Mail
internal import NIOCore
internal import Relay
internal import Synchronization

/// A connection, as the pool keeps it and a task uses it: the bridge from structured concurrency to the event loop.
struct SubmissionConnection: Sendable {
    /// How a message came out, and what the connection is good for now.
    struct Outcome: Sendable {
        let result: Result<[RecipientReply], TransmitFailure>
        let isReusable: Bool
        /// Counted from 1, on this connection.
        let number: Int

        /// The server had closed, or said so at the first command: the message has not been seen, another connection may have it.
        var diedBeforeMail: Bool {
            guard case .failure(let failure) = result, failure.stage == .mail, !isReusable else { return false }
            switch failure.cause {
            case .connectionClosed: return true
            case .reply(let reply): return reply.code == 421
            case .timeout, .unreachable, .tls, .noTLS, .noMechanism, .tokenTooLong, .notOffered, .notExpressible, .tooLarge, .ours,
                .protocolViolation:
                return false
            }
        }
    }

    let key: SignInKey
    private let channel: any Channel
    private let handler: NIOLoopBound<SubmissionHandler>
    private let exchanges = Exchanges()

    init(key: SignInKey, channel: any Channel, handler: NIOLoopBound<SubmissionHandler>) {
        self.key = key
        self.channel = channel
        self.handler = handler
    }

    var id: ObjectIdentifier { ObjectIdentifier(channel) }
    var isActive: Bool { channel.isActive }
    /// Whoever asks need not change threads to use it.
    var isAtHand: Bool { channel.eventLoop.inEventLoop }

    func whenClosed(_ action: @escaping @Sendable () -> Void) {
        channel.closeFuture.whenComplete { _ in action() }
    }

    /// Takes leave, unless the dialogue has ended already, and waits until the connection is closed, which the limit for QUIT bounds.
    func quit() async {
        let loop = channel.eventLoop
        loop.execute { handler.value.quit() }
        do { try await channel.closeFuture.get() } catch { return }  // closed all the same
    }

    /// Closes without a word.
    func drop() { channel.close(promise: nil) }

    /// The end of the sign-in.
    func signedIn() async throws(TransmitFailure) {
        let answer = await stoppable(exchange: 0) { await ask { handler, loop in handler.answer(on: loop) } }
        switch answer {
        case .signedIn: return
        case .finished(.failure(let failure), _): throw failure
        case .goAhead, .finished(.success, _): preconditionFailure("a message before the sign-in")
        }
    }

    func send(_ message: OutgoingMessage) async -> Outcome {
        let order = MailOrder(
            envelope: message.envelope, size: message.header.count + 2 + message.bodySize,
            hasEightBitHeader: message.header.contains { $0 >= 0x80 })
        let content = ContentStream.Whole(message, channel.allocator)
        let number = exchanges.next()
        let answer = await stoppable(exchange: number) {
            let first = await ask { handler, loop in handler.begin(order, content, on: loop) }
            guard case .goAhead(let takesEightBit) = first else { return first }
            return await sendContent(of: message, takesEightBit: takesEightBit, exchange: number)
        }
        switch answer {
        case .finished(let result, let isReusable): return Outcome(result: result, isReusable: isReusable, number: number)
        case .goAhead, .signedIn: preconditionFailure("the content is asked for once")
        }
    }

    /// One piece is on its way to the socket while the next is fetched: never more than two are held.
    private func sendContent(of message: OutgoingMessage, takesEightBit: Bool, exchange: Int) async -> SubmissionHandler.Answer {
        var content = ContentStream(message, takesEightBit: takesEightBit, allocator: channel.allocator)
        var underWay: EventLoopFuture<Void>?
        do {
            while let (buffer, isLast) = try await content.next() {
                try await underWay?.get()
                let loop = channel.eventLoop
                underWay = loop.flatSubmit { handler.value.write(buffer, isLast: isLast, on: loop) }
            }
            try await underWay?.get()
        } catch ContentStream.Break.body(let text) {
            stop(exchange: exchange, .ours(text))
        } catch ContentStream.Break.eightBit {
            stop(exchange: exchange, .notOffered("8BITMIME"))
        } catch {
            // A write that failed: the connection has ended or is ending, and the handler knows why.
            stop(exchange: exchange, .connectionClosed)
        }
        return await ask { handler, loop in handler.answer(on: loop) }
    }

    private func stop(exchange: Int, _ cause: TransmitFailure.Cause) {
        channel.eventLoop.execute { handler.value.stop(exchange: exchange, cause) }
    }

    private func stoppable(
        exchange: Int, _ work: () async -> SubmissionHandler.Answer
    ) async -> SubmissionHandler.Answer {
        await withTaskCancellationHandler {
            await work()
        } onCancel: {
            stop(exchange: exchange, .ours("the sending was cancelled"))
        }
    }

    private func ask(
        _ question: @escaping @Sendable (SubmissionHandler, any EventLoop) -> EventLoopFuture<SubmissionHandler.Answer>
    ) async -> SubmissionHandler.Answer {
        let loop = channel.eventLoop
        do {
            // Who is there already asks at once.
            let answer = loop.inEventLoop ? question(handler.value, loop) : loop.flatSubmit { question(handler.value, loop) }
            return try await answer.get()
        } catch {
            let failure = TransmitFailure(stage: .connect, cause: .ours("the event loop has stopped: \(error)"))
            return .finished(.failure(failure), isReusable: false)
        }
    }
}

/// Numbers the messages of a connection as its handler does, which counts them when they begin. A class because copies of a connection share it.
private final class Exchanges: Sendable {
    private let last = Atomic(0)

    func next() -> Int { last.add(1, ordering: .relaxed).newValue }
}
