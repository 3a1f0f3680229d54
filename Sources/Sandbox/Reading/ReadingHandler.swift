internal import NIOCore

/// Carries one connection's octets to its session and performs what the session says; of both doors where mail is read. Decides nothing itself.
///
/// While a question is open (a stall, a delay) it stops reading, so a client cannot fill memory meanwhile. Confined to its event loop.
final class ReadingHandler<Session: ReadingSession>: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private let provider: Provider
    private let connection: Int
    private var session: Session
    private var decoder = SubmissionDecoder(contentLimit: 0)
    private var isWaiting = false
    private var isReadHeld = false
    private var isClosed = false

    init(provider: Provider) {
        let (connection, habits) = provider.with { state, _ in
            state.record.readingConnections += 1
            return (state.traffic.connect(), state.habits)
        }
        self.provider = provider
        self.connection = connection
        session = Session(habits: habits)
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        perform(session.opened(), context)
        context.flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        context.fireChannelInactive()
    }

    func read(context: ChannelHandlerContext) {
        if isWaiting { isReadHeld = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.append(unwrapInboundIn(data))
        drive(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent, !isWaiting {
            perform(session.end(.idle), context)
            context.flush()
        }
        if event is ChannelShouldQuiesceEvent, !isClosed {
            perform(session.end(.stopping).filter { $0 != .close }, context)
            context.flush()
            hangUp(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset, or a TLS alert: the connection is of no more use, and nothing was promised over it.
        isClosed = true
        context.close(promise: nil)
    }

    private func drive(_ context: ChannelHandlerContext) {
        while !isWaiting, !isClosed, let event = decoder.next(lineLimit: session.lineLimit) {
            switch event {
            case .line(let text): perform(session.line(text), context)
            case .overlong: perform(session.unreadable(isOverlong: true), context)
            case .malformed: perform(session.unreadable(isOverlong: false), context)
            case .contentEnded, .chunkEnded: break  // nobody asked for content
            }
        }
        context.flush()
    }

    private func perform(_ actions: [ReadingAction], _ context: ChannelHandlerContext) {
        for action in actions where !isClosed {
            switch action {
            case .say(let text): context.write(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
            case .octets(let octets): context.write(wrapOutboundOut(ByteBuffer(bytes: octets)), promise: nil)
            case .ask(let question): ask(question, context)
            case .close:
                isClosed = true
                context.flush()
                context.close(promise: nil)
            }
        }
    }

    private func ask(_ question: ReadingQuestion, _ context: ChannelHandlerContext) {
        let effect = provider.with { [connection] state, now in
            state.fault(at: question, of: Session.door, connection: connection, now: now)
        }
        switch effect {
        case nil: judge(question, context)
        case .unavailable: perform(session.answered(.unavailable), context)
        case .drop: hangUp(context)
        case .stall: wait(for: provider.holds.hold(on: context.eventLoop), question, context)
        case .delay(let milliseconds):
            wait(for: context.eventLoop.scheduleTask(in: .milliseconds(Int64(milliseconds))) {}.futureResult, question, context)
        }
    }

    private func judge(_ question: ReadingQuestion, _ context: ChannelHandlerContext) {
        let answer = provider.with { [login = session.login, connection] state, now in
            state.judge(question, at: Session.door, login: login, connection: connection, now: now)
        }
        perform(session.answered(answer), context)
    }

    private func hangUp(_ context: ChannelHandlerContext) {
        isClosed = true
        do {
            try context.pipeline.syncOperations.addHandler(ConnectionCut(), position: .first)
        } catch {
            // The pipeline is going away already.
            context.close(promise: nil)
        }
    }

    /// Takes nothing from the client until the future is there, then goes on where it stood.
    private func wait(for future: EventLoopFuture<Void>, _ question: ReadingQuestion, _ context: ChannelHandlerContext) {
        isWaiting = true
        future.assumeIsolated().whenComplete { _ in
            self.isWaiting = false
            guard !self.isClosed else { return }
            self.judge(question, context)
            self.drive(context)
            if self.isReadHeld, !self.isWaiting {
                self.isReadHeld = false
                context.read()
            }
        }
    }
}

@available(*, unavailable)
extension ReadingHandler: Sendable {}
