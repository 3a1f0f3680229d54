internal import Foundation
internal import NIOCore
internal import NIOSSL
internal import Relay

/// Performs what `SubmissionDialogue` decides: writes, starts TLS, closes, and holds the limit of the phase. Confined to its event loop;
/// it makes no decision of its own.
final class SubmissionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What the caller is told, one for each question it asks.
    enum Answer: Sendable {
        case signedIn
        /// The server waits for the content, of seven bits or of eight.
        case goAhead(takesEightBit: Bool)
        case finished(Result<[RecipientReply], TransmitFailure>, isReusable: Bool)
    }

    private var dialogue: SubmissionDialogue
    private let endpoint: MailEndpoint
    private let settings: TransmitSettings
    private let tls: NIOSSLContext?
    private let tally: TransmitTally
    private var tlsHandler: NIOSSLClientHandler?
    private var context: ChannelHandlerContext?
    private var limit: Limit?
    private var timer: (due: NIODeadline, task: Scheduled<Void>)?
    private var asker: EventLoopPromise<Answer>?
    private var unasked: Answer?
    private var writesUnderWay = 0
    /// What goes out as soon as the server takes it.
    private var content: ContentStream.Whole?
    /// Numbers the messages, so that a late cancellation of one cannot hit the next.
    private(set) var exchangeNumber = 0
    /// A cancellation that overtook the beginning of its message.
    private var stoppedAhead: (exchange: Int, cause: TransmitFailure.Cause)?

    init(
        dialogue: SubmissionDialogue, endpoint: MailEndpoint, settings: TransmitSettings, tls: NIOSSLContext?, tally: TransmitTally
    ) {
        self.dialogue = dialogue
        self.endpoint = endpoint
        self.settings = settings
        self.tls = tls
        self.tally = tally
    }

    /// The next answer, now or when it comes. One question at a time.
    func answer(on loop: any EventLoop) -> EventLoopFuture<Answer> {
        if let ready = unasked {
            unasked = nil
            return loop.makeSucceededFuture(ready)
        }
        precondition(asker == nil, "two questions at once")
        let promise = loop.makePromise(of: Answer.self)
        asker = promise
        return promise.futureResult
    }

    /// `content`: the whole of it, if it is at hand; else it is asked for.
    func begin(_ order: MailOrder, _ content: ContentStream.Whole?, on loop: any EventLoop) -> EventLoopFuture<Answer> {
        exchangeNumber += 1
        unasked = nil
        self.content = content
        if let (exchange, cause) = stoppedAhead, exchange == exchangeNumber {
            let failure = TransmitFailure(stage: .mail, cause: cause)
            holdLimit()
            return loop.makeSucceededFuture(.finished(.failure(failure), isReusable: dialogue.isReusable))
        }
        perform(dialogue.begin(order))
        return answer(on: loop)
    }

    /// Done when the socket has taken all of it. The last buffer ends with the final dot.
    func write(_ content: ByteBuffer, isLast: Bool, on loop: any EventLoop) -> EventLoopFuture<Void> {
        guard let context, dialogue.isSendingContent else { return loop.makeFailedFuture(ChannelError.ioOnClosedChannel) }
        return write(content, isLast: isLast, context)
    }

    @discardableResult
    private func write(_ content: ByteBuffer, isLast: Bool, _ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
        let octets = content.readableBytes
        writesUnderWay += 1
        holdLimit()
        let written = context.writeAndFlush(wrapOutboundOut(content))
        written.assumeIsolated().whenComplete { result in
            self.writesUnderWay -= 1
            guard case .success = result else { return }  // the close that follows says what happened
            self.tally.count { $0.octets += octets }
            if isLast { self.dialogue.contentLeft() }
            self.holdLimit()
        }
        return written
    }

    /// Ends the message `exchange`, or the signing in if it is 0, unless it is over already.
    func stop(exchange: Int, _ cause: TransmitFailure.Cause) {
        if exchange > exchangeNumber { stoppedAhead = (exchange, cause) }
        guard exchange == exchangeNumber, !dialogue.isReusable else { return }
        perform(dialogue.interrupted(cause))
    }

    func quit() {
        if dialogue.isReusable { perform(dialogue.quit()) }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        do {
            if endpoint.security == .implicit { try startTLS(context) }
        } catch {
            errorCaught(context: context, error: error)
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        dialogue.connected(isLocal: context.channel.remoteAddress?.isLoopback == true)
        holdLimit()
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.task.cancel()
        self.context = nil
        perform(dialogue.interrupted(.connectionClosed))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        perform(dialogue.received(unwrapInboundIn(data).readableBytesView))
    }

    func channelInactive(context: ChannelHandlerContext) {
        perform(dialogue.interrupted(.connectionClosed))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let trouble = TLSTrouble(host: endpoint.host, certificate: tlsHandler?.peerCertificate, now: settings.now())
        perform(dialogue.interrupted(trouble.cause(of: error) ?? .connectionClosed))
        context.close(promise: nil)
    }

    private func perform(_ actions: [SubmissionDialogue.Action]) {
        for action in actions {
            switch action {
            case .send(let text): write(ByteBuffer(string: text))
            case .sendSecret(let line): write(ByteBuffer(bytes: line.reveal()))
            case .startTLS: upgrade()
            case .signedIn:
                tally.count { $0.signIns += 1 }
                settle(.signedIn)
            case .sendContent: sendContent()
            case .finished(let result):
                content = nil
                settle(.finished(result, isReusable: dialogue.isReusable))
            case .close: context?.close(promise: nil)
            }
        }
        context?.flush()
        holdLimit()
    }

    private func sendContent() {
        guard let content, let context else { return settle(.goAhead(takesEightBit: dialogue.offer.eightBitMIME)) }
        self.content = nil
        if content.hasEightBit, !dialogue.offer.eightBitMIME { return perform(dialogue.interrupted(.notOffered("8BITMIME"))) }
        write(content.buffer, isLast: true, context)
    }

    private func write(_ bytes: ByteBuffer) {
        context?.write(wrapOutboundOut(bytes), promise: nil)
    }

    private func settle(_ answer: Answer) {
        guard let promise = asker else {
            unasked = answer
            return
        }
        asker = nil
        promise.succeed(answer)
    }

    private func upgrade() {
        guard let context else { return }
        do {
            try startTLS(context)
        } catch {
            errorCaught(context: context, error: error)
        }
    }

    /// A name is asked for (SNI) and verified; for an address literal the certificate must have that address.
    private func startTLS(_ context: ChannelHandlerContext) throws {
        guard let tls else { throw ChannelError.operationUnsupported }
        let isAddress = (try? SocketAddress(ipAddress: endpoint.host, port: 0)) != nil  // a name is what remains; nothing to report
        let handler = try NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : endpoint.host)
        tlsHandler = handler
        try context.pipeline.syncOperations.addHandler(handler, position: .first)
    }

    /// How long what is awaited may take.
    private struct Limit {
        let due: NIODeadline
        let duration: Duration
        /// Nobody awaits an answer: the connection is kept, or is taking leave.
        let isIdle: Bool
    }

    /// Set anew after everything that happens, so the timer is not: it looks again where the limit has moved on meanwhile.
    private func holdLimit() {
        guard let loop = context?.eventLoop else { return }
        guard let (duration, isIdle) = limitNow else { return limit = nil }
        let due = loop.now + TimeAmount(duration)
        limit = Limit(due: due, duration: duration, isIdle: isIdle)
        if let timer, timer.due <= due { return }
        timer?.task.cancel()
        setTimer(due, loop)
    }

    private var limitNow: (Duration, isIdle: Bool)? {
        if let stage = dialogue.awaits {
            return (settings.limits.limit(at: stage, isSendingContent: dialogue.isSendingContent), false)
        }
        // A new connection is not idle: whoever opened it uses it or takes leave, however long a busy machine keeps that task from its turn.
        guard dialogue.state == .quitting || exchangeNumber > 0 else { return nil }
        return (dialogue.state == .quitting ? settings.limits.quit : settings.idleLimit, true)
    }

    private func setTimer(_ due: NIODeadline, _ loop: any EventLoop) {
        timer = (due, loop.assumeIsolated().scheduleTask(deadline: due) { self.look(loop) })
    }

    private func look(_ loop: any EventLoop) {
        timer = nil
        guard let limit else { return }
        guard limit.due <= loop.now else { return setTimer(limit.due, loop) }
        self.limit = nil
        if limit.isIdle { nothingToDo() } else { limitReached(limit.duration) }
    }

    private func limitReached(_ duration: Duration) {
        let seconds = duration / .seconds(1)
        let isOurs = dialogue.isSendingContent && writesUnderWay == 0
        perform(dialogue.interrupted(isOurs ? .ours("the body did not come within \(seconds) s") : .timeout(seconds: seconds)))
    }

    private func nothingToDo() {
        perform(dialogue.state == .idle ? dialogue.quit() : dialogue.interrupted(.connectionClosed))
    }
}

@available(*, unavailable)
extension SubmissionHandler: Sendable {}

extension SocketAddress {
    /// 127.0.0.0/8 or ::1.
    fileprivate var isLoopback: Bool {
        switch self {
        case .v4: ipAddress?.hasPrefix("127.") == true
        case .v6: ipAddress == "::1"
        case .unixDomainSocket: false
        }
    }
}
