internal import NIOCore
internal import NIOSSL

/// Carries one connection's octets to its session and performs what the session says. Decides nothing itself.
///
/// While a question is open (a stall, a delay, a file being written) it stops reading, so a client cannot fill memory meanwhile.
/// Confined to its event loop.
final class SubmissionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private let provider: Provider
    private let tls: NIOSSLContext
    private let folder: MessageFolder?
    private let connection: Int
    private var session: SubmissionSession
    private var decoder: SubmissionDecoder
    private var isWaiting = false
    private var isWriting = false
    private var isStopping = false
    private var isReadHeld = false
    private var isClosed = false

    init(provider: Provider, tls: NIOSSLContext, folder: MessageFolder?, client: String) {
        let (connection, habits) = provider.with { state, _ in
            state.record.connections += 1
            state.record.openConnections += 1
            return (state.traffic.connect(), state.habits)
        }
        self.provider = provider
        self.tls = tls
        self.folder = folder
        self.connection = connection
        session = SubmissionSession(habits: habits, client: client)
        decoder = SubmissionDecoder(contentLimit: habits.messageSize)
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        perform(session.opened(), context)
        context.flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        provider.with { [connection] state, _ in
            state.record.openConnections -= 1
            state.traffic.disconnect(connection)
        }
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
            perform(session.end(session.words.idle), context)
            context.flush()
        }
        if event is ChannelShouldQuiesceEvent {
            isStopping = true
            stopUnlessWriting(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// A message that is recorded must be answered, or its sender would have to send it again.
    private func stopUnlessWriting(_ context: ChannelHandlerContext) {
        guard isStopping, !isWriting, !isClosed else { return }
        perform(session.end(session.words.stopping).filter { $0 != .close }, context)
        context.flush()
        hangUp(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset, or a TLS alert: the connection is of no more use, and what was accepted is recorded already.
        isClosed = true
        context.close(promise: nil)
    }

    private func drive(_ context: ChannelHandlerContext) {
        while !isWaiting, !isClosed, let event = decoder.next(lineLimit: session.lineLimit) {
            switch event {
            case .line(let text): perform(session.line(text), context)
            case .overlong: perform(session.overlong(), context)
            case .malformed: perform(session.malformed(), context)
            case .contentEnded(let octets): perform(session.contentEnded(octets: octets), context)
            case .chunkEnded: perform(session.chunkEnded(), context)
            }
        }
        context.flush()
    }

    private func perform(_ actions: [SubmissionSession.Action], _ context: ChannelHandlerContext) {
        for action in actions where !isClosed {
            switch action {
            case .reply(let reply): context.write(wrapOutboundOut(ByteBuffer(string: reply.wire)), promise: nil)
            case .ask(let question): ask(question, context)
            case .startTLS: startTLS(context)
            case .collectContent: decoder.expectContent(reserving: announcedSize)
            case .collectChunk(let octets): decoder.expectChunk(octets)
            case .discardContent: decoder.discardContent()
            case .close:
                isClosed = true
                context.flush()
                context.close(promise: nil)
            }
        }
    }

    /// SIZE= is a claim; it may spare copies but not take memory it does not fill.
    private var announcedSize: Int { min(session.envelope?.sender["SIZE"].flatMap { Int($0) } ?? 0, 16 << 20) }

    private func startTLS(_ context: ChannelHandlerContext) {
        context.flush()
        decoder.clear()
        do {
            try context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: .first)
        } catch {
            errorCaught(context: context, error: error)
        }
    }

    private func ask(_ question: SubmissionSession.Question, _ context: ChannelHandlerContext) {
        let recipients = recipients(of: question)
        let effect = provider.with { [login = session.login, connection] state, now in
            state.fault(at: question, login: login, recipients: recipients, connection: connection, now: now)
        }
        switch effect {
        case nil: judge(question, context)
        case .reply(let reply): perform(session.answered(.reply(reply)), context)
        case .drop: hangUp(context)
        case .acceptThenDrop: judge(question, context, isAnswered: false)
        case .stall:
            wait(for: provider.holds.hold(on: context.eventLoop), context) { self.judge(question, context) }
        case .delay(let milliseconds):
            let timer = context.eventLoop.scheduleTask(in: .milliseconds(Int64(milliseconds))) {}
            wait(for: timer.futureResult, context) { self.judge(question, context) }
        }
    }

    private func recipients(of question: SubmissionSession.Question) -> [String] {
        switch question {
        case .recipient(let recipient): [recipient.address]
        case .content(let envelope): envelope.recipients.map(\.address)
        case .data: session.envelope?.recipients.map(\.address) ?? []
        case .connect, .hello, .startTLS, .signIn, .mail: []
        }
    }

    /// `isAnswered` false: the sandbox decides and remembers, and the client never hears of it.
    private func judge(_ question: SubmissionSession.Question, _ context: ChannelHandlerContext, isAnswered: Bool = true) {
        guard case .content(let envelope) = question, let login = session.login else {
            let answer = provider.with { [login = session.login, connection] state, now in
                state.judge(question, login: login, connection: connection, now: now)
            }
            return settle(answer, context, isAnswered: isAnswered)
        }
        let delivery = ProviderState.Delivery(
            connection: connection, login: login, content: decoder.takeContent(), tlsVersion: tlsVersion(context),
            wasAnswered: isAnswered)
        let (answer, accepted) = provider.with { state, now in state.judge(envelope, delivery, now: now) }
        guard let folder, let accepted else { return settle(answer, context, isAnswered: isAnswered) }
        // The 250 waits for the file: whoever saw the one may count on the other.
        let written = folder.write(accepted, content: delivery.content, on: context.eventLoop)
        isWriting = true
        wait(for: written, context) {
            self.isWriting = false
            self.settle(answer, context, isAnswered: isAnswered)
        }
    }

    private func settle(_ answer: SubmissionSession.Answer, _ context: ChannelHandlerContext, isAnswered: Bool) {
        if isAnswered { perform(session.answered(answer), context) } else { hangUp(context) }
    }

    private func tlsVersion(_ context: ChannelHandlerContext) -> String {
        switch try? context.pipeline.syncOperations.nioSSL_tlsVersion() {  // throws only where there is no TLS, which is the answer
        case .tlsv1: "TLSv1"
        case .tlsv11: "TLSv1.1"
        case .tlsv12: "TLSv1.2"
        case .tlsv13: "TLSv1.3"
        case nil: "none"
        }
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
    private func wait(for future: EventLoopFuture<Void>, _ context: ChannelHandlerContext, then resume: @escaping () -> Void) {
        isWaiting = true
        future.assumeIsolated().whenComplete { _ in
            self.isWaiting = false
            guard !self.isClosed else { return }
            resume()
            self.drive(context)
            self.stopUnlessWriting(context)
            if self.isReadHeld, !self.isWaiting {
                self.isReadHeld = false
                context.read()
            }
        }
    }
}

@available(*, unavailable)
extension SubmissionHandler: Sendable {}
