internal import NIOCore

/// How long a client may take.
extension SessionHandler {
    func expectCommand(_ context: ChannelHandlerContext) {
        watch.command(origin.patience, isKnown: session.admission != nil, at: context.eventLoop.now)
        arm(context)
    }

    /// One timer, which looks again when the deadline has moved meanwhile: commands come too fast for one each.
    func arm(_ context: ChannelHandlerContext) {
        guard let deadline = watch.deadline, !isClosed else { return }
        if let timer {
            guard deadline < timer.due else { return }
            timer.task.cancel()
        }
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        timer = (deadline, context.eventLoop.scheduleTask(deadline: deadline) { handler.value.look(bound.value) })
    }

    private func look(_ context: ChannelHandlerContext) {
        timer = nil
        guard let deadline = watch.deadline, !isClosed else { return }
        guard deadline <= context.eventLoop.now else { return arm(context) }
        perform(session.end(SubmissionSession.idle), context)
        flush(context)
    }
}
