internal import EventLoops
internal import Logging
internal import Mail
internal import NIOCore
internal import Relay

/// Carries one connection's octets to its session and performs what the session says. Decides nothing itself.
///
/// It stops reading while a log-in is looked up, while a message's pieces wait for the store and while its fate is open, so no client can fill memory.
/// Confined to its event loop; hops out with one task per message.
final class SessionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private let dependencies: GatewayDependencies
    let origin: ConnectionOrigin
    var session: SubmissionSession
    private var decoder = InputDecoder()
    private var reception = IncomingMessage.none
    private var output: ByteBuffer?

    /// A failed log-in waits for its answer.
    private var isSlowed = false
    private var isPipeFull = false
    private var isReadHeld = false
    var isClosed = false
    /// The client has said all it will, and may still be listening.
    private var hasSaidAll = false
    var watch = Watch()
    var timer: (due: NIODeadline, task: Scheduled<Void>)?

    init(_ origin: ConnectionOrigin, dependencies: GatewayDependencies) {
        self.origin = origin
        self.dependencies = dependencies
        session = SubmissionSession(origin.terms, byPlace: dependencies.admission(origin), isEncrypted: origin.isImplicitTLS)
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        expectCommand(context)
        perform(session.opened(), context)
        flush(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        timer?.task.cancel()
        forgetMessage()
        context.fireChannelInactive()
    }

    private var isWaiting: Bool { isSlowed || reception.isDeciding }

    private func forgetMessage() {
        reception.intake?.pipe.cut()
        reception = .none
    }

    func read(context: ChannelHandlerContext) {
        // Whoever does not read what is said to him is not listened to either.
        if isWaiting || isPipeFull || !context.channel.isWritable { isReadHeld = true } else { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        readOn(context)
        context.fireChannelWritabilityChanged()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.append(unwrapInboundIn(data).readableBytesView)
        drive(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            perform(session.stop(), context)
            flush(context)
        }
        if case .inputClosed? = event as? ChannelEvent {
            hasSaidAll = true
            leaveIfDone(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset or a TLS alert: whoever it was learns nothing more, and what was accepted is kept already.
        dependencies.logger.debug("connection from \(origin.place) ended: \(type(of: error))")
        close(context)
    }

    private func drive(_ context: ChannelHandlerContext) {
        while !isWaiting, !isClosed, let event = decoder.next(lineLimit: session.lineLimit) {
            switch event {
            case .line(let bytes): perform(session.line(bytes), context)
            case .overlong: perform(session.overlong(), context)
            case .malformed: perform(session.malformed(), context)
            case .content(let piece): keep(piece, context)
            case .contentEnded(let flaw): endContent(flaw, context)
            }
            if case .none = reception { expectCommand(context) }
        }
        if reception.isArriving {
            if isPipeFull { watch.stop() } else { watch.received(decoder.contentOctets, origin.patience, at: context.eventLoop.now) }
            // It is too large already, and goes on: nobody who means well sends as many.
            if decoder.contentOctets / 2 > session.terms.size {
                perform(session.end(Reply(ContentReader.Flaw.tooLarge(limit: session.terms.size))), context)
            }
        }
        if decoder.discarded > 1 << 20 { perform(session.end(SubmissionSession.endless), context) }
        flush(context)
        leaveIfDone(context)
    }

    /// Whoever sends everything at once and closes its side still hears what became of it; half a message is none.
    private func leaveIfDone(_ context: ChannelHandlerContext) {
        if hasSaidAll, !isWaiting { close(context) }
    }

    func perform(_ actions: [SubmissionSession.Action], _ context: ChannelHandlerContext) {
        for action in actions where !isClosed {
            switch action {
            case .reply(let reply): write(reply, context)
            case .startTLS: startTLS(context)
            case .verify(let caller): verify(caller, context)
            case .find(let account, let parameters):
                perform(session.found(dependencies.address(account), of: account, parameters), context)
            case .collect(let transaction): collect(transaction, context)
            case .close: close(context)
            }
        }
    }

    /// Replies of one batch of pipelined commands go out as one write (RFC 2920 section 3.2).
    private func write(_ reply: Reply, _ context: ChannelHandlerContext) {
        if reply.code >= 400 { dependencies.logger.debug("\(origin.place) heard \(reply.code) \(reply.lines.joined(separator: " "))") }
        var buffer = output ?? context.channel.allocator.buffer(capacity: 256)
        output = nil
        buffer.writeString(reply.wire)
        output = buffer
    }

    func flush(_ context: ChannelHandlerContext) {
        guard let buffer = output else { return }
        output = nil
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func close(_ context: ChannelHandlerContext) {
        guard !isClosed else { return }
        isClosed = true
        flush(context)
        forgetMessage()
        context.close(promise: nil)
    }
}

/// Who calls.
extension SessionHandler {
    private func verify(_ caller: Caller, _ context: ChannelHandlerContext) {
        if let client = dependencies.directory().client(caller) { return perform(session.verified(client), context) }
        dependencies.refused()
        let failures = failures(of: caller, at: context.eventLoop.now)
        // The name is said only where it is one: who mixes the two up has typed the key there.
        if case .key(let name, _) = caller {
            let isName = dependencies.directory().allClients.contains { $0.name == name }
            dependencies.logger.notice(
                "a log-in as \(isName ? name.debugDescription : "a client that there is not") from \(origin.place) failed")
        }
        isSlowed = true
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        let handler = NIOLoopBound(self, eventLoop: context.value.eventLoop)
        context.value.eventLoop.scheduleTask(in: Self.delay(failures)) {
            let (handler, context) = (handler.value, context.value)
            guard !handler.isClosed else { return }
            handler.isSlowed = false
            handler.perform(handler.session.verified(nil, hasTriedEnough: failures >= Self.patience), context)
            handler.goOn(context)
        }
    }

    private func failures(of caller: Caller, at now: NIODeadline) -> Int {
        guard case .key(let name, _) = caller else { return 1 }
        return dependencies.failures.add(.name(name, from: origin.address ?? .unspecified), at: Double(now.uptimeNanoseconds) / 1e9)
    }

    /// Failures under one name from one place after which each further one ends its connection.
    private static let patience = 10

    /// How long the answer to a failed log-in waits: a second, then two, four, eight.
    private static func delay(_ failures: Int) -> TimeAmount { .seconds(1 << Int64(min(failures - 1, 3))) }

    private func startTLS(_ context: ChannelHandlerContext) {
        // The 220 goes out in clear, before the handshake takes the pipeline.
        flush(context)
        decoder.clear()
        do {
            try origin.secure(context)
            session.secured()
        } catch {
            errorCaught(context: context, error: error)
        }
    }
}

/// Messages.
extension SessionHandler {
    private func collect(_ transaction: Transaction, _ context: ChannelHandlerContext) {
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let intake = Intake(dependencies.submission(transaction, session, origin), dependencies.surroundings) {
            eventLoop.execute { handler.value.drained(bound.value) }
        }
        reception = .arriving(intake)
        decoder.expectContent(limit: session.terms.size)
        watch.content(origin.patience, at: context.eventLoop.now)
        arm(context)
        Task(executorPreference: LoopExecutors.shared.executor(of: eventLoop)) {
            let outcome = await intake.run()
            eventLoop.execute { handler.value.taken(outcome, intake, bound.value) }
        }
    }

    private func keep(_ piece: [UInt8], _ context: ChannelHandlerContext) {
        if reception.intake?.pipe.write(piece) == false { isPipeFull = true }
    }

    private func drained(_ context: ChannelHandlerContext) {
        isPipeFull = false
        // The time that we took is not the client's.
        if reception.isArriving { watch.resumed(origin.patience, at: context.eventLoop.now) }
        arm(context)
        readOn(context)
    }

    private func endContent(_ flaw: ContentReader.Flaw?, _ context: ChannelHandlerContext) {
        isPipeFull = false
        switch (reception, flaw) {
        case (.arriving(let intake), nil):
            reception = .deciding(intake)
            watch.stop()
            intake.pipe.end()
        case (.arriving(let intake), let flaw?):
            forgetMessage()
            let reply = Reply(flaw)
            intake.refused(reply.lines.joined(separator: " "))
            perform(session.settled(reply), context)
        case (.refused(_, let reply), _):
            forgetMessage()
            perform(session.settled(reply), context)
        case (.none, _), (.deciding, _): break
        }
    }

    private func taken(_ outcome: Result<Receipt, AcceptFailure>?, _ intake: Intake, _ context: ChannelHandlerContext) {
        guard !isClosed, reception.intake?.pipe === intake.pipe, let outcome else { return }
        let reply: Reply
        switch outcome {
        case .success(let receipt):
            dependencies.accepted(origin.isLocal)
            reply = Reply(250, "2.0.0", receipt.hindrance.map { "kept as \(receipt.id), \($0)" } ?? "kept as \(receipt.id)")
        case .failure(let failure): reply = Reply(failure)
        }
        guard reception.isDeciding else {
            reception = .refused(intake, reply)
            return drained(context)
        }
        reception = .none
        perform(session.settled(reply), context)
        expectCommand(context)
        goOn(context)
    }

    private func goOn(_ context: ChannelHandlerContext) {
        drive(context)
        readOn(context)
    }

    private func readOn(_ context: ChannelHandlerContext) {
        guard isReadHeld, !isWaiting, !isPipeFull, !isClosed, context.channel.isWritable else { return }
        isReadHeld = false
        context.read()
    }
}

@available(*, unavailable)
extension SessionHandler: Sendable {}
