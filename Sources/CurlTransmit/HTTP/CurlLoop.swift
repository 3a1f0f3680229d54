internal import CCurl
internal import CCurlShim
internal import Glibc

/// What runs on the thread: the multi and its transfers belong to it alone. Every order it takes is answered once, in `finish` or `end`.
final class CurlLoop {
    /// Transfers at a time; more wait their turn. Far below the usual limit of 1024 descriptors, far above what token endpoints are asked.
    private static let mostAtOnce = 128
    /// Idle connections kept: a handful of providers, a few each.
    private static let connectionsKept = 16

    private let multi: UnsafeMutableRawPointer
    private let inbox: CurlInbox
    private var live: [ObjectIdentifier: CurlTransfer] = [:]
    private var waiting: [CurlOrder] = []

    init(multi: UnsafeMutableRawPointer, inbox: CurlInbox) {
        self.multi = multi
        self.inbox = inbox
    }

    func run() {
        prepareThread()
        _ = ccs_multi_set_long(multi, CURLMOPT_MAXCONNECTS, Self.connectionsKept)
        while takeIn() {
            startWaiting()
            advance()
            // A transfer that ended has made room: do not sleep on those who wait.
            if waiting.isEmpty || live.count == Self.mostAtOnce { sleep() }
        }
        end()
    }

    /// With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE alone; blocked here, a write to a closed connection is an error and not our death.
    private func prepareThread() {
        ccs_name_thread("curl")
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// False once it is time to end.
    private func takeIn() -> Bool {
        let work = inbox.take()
        waiting += work.orders
        for ticket in work.cancelled { cancel(ticket) }
        return !work.isStopping
    }

    private func startWaiting() {
        guard !waiting.isEmpty else { return }
        let next = waiting.prefix(Self.mostAtOnce - live.count)
        waiting.removeFirst(next.count)
        for order in next { start(order) }
    }

    private func start(_ order: CurlOrder) {
        guard !order.asker.ticket.isCancelled else { return order.asker.answer(.failure(.cancelled)) }
        let transfer: CurlTransfer
        do throws(CurlFailure) { transfer = try CurlTransfer(order.request, for: order.asker) } catch {
            return order.asker.answer(.failure(error))
        }
        let code = curl_multi_add_handle(multi, transfer.easy)
        guard code == CURLM_OK else { return order.asker.answer(.failure(Self.failure(code))) }
        live[ObjectIdentifier(order.asker.ticket)] = transfer
    }

    private func cancel(_ ticket: CurlTicket) {
        if let transfer = live[ObjectIdentifier(ticket)] { return finish(transfer, .failure(.cancelled)) }
        guard let index = waiting.firstIndex(where: { $0.asker.ticket === ticket }) else { return }
        waiting.remove(at: index).asker.answer(.failure(.cancelled))
    }

    private func advance() {
        var running: Int32 = 0
        let code = curl_multi_perform(multi, &running)
        if code != CURLM_OK { for transfer in live.values { finish(transfer, .failure(Self.failure(code))) } }
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = ccs_result(message)
            var user: UnsafeMutableRawPointer?
            guard ccs_get_pointer(easy, CURLINFO_PRIVATE, &user) == CURLE_OK, let user else { continue }
            let transfer = Unmanaged<CurlTransfer>.fromOpaque(user).takeUnretainedValue()
            finish(transfer, transfer.result(code))
        }
    }

    /// Until something happens on a connection, a limit runs out, or the inbox rings. The minute only bounds an idle sleep.
    private func sleep() {
        // Without descriptors or memory the poll fails at once; the pause keeps that from burning a processor.
        if curl_multi_poll(multi, nil, 0, 60_000, nil) != CURLM_OK { poll(nil, 0, 100) }
    }

    private func finish(_ transfer: CurlTransfer, _ result: Result<HTTPResponse, CurlFailure>) {
        live[ObjectIdentifier(transfer.asker.ticket)] = nil
        curl_multi_remove_handle(multi, transfer.easy)
        transfer.asker.answer(result)
    }

    private func end() {
        for transfer in live.values { finish(transfer, .failure(.stopped)) }
        let last = inbox.close()
        for order in waiting + last.orders { order.asker.answer(.failure(.stopped)) }
        waiting = []
        curl_multi_cleanup(multi)
        for continuation in last.waiting { continuation.resume() }
    }

    private static func failure(_ code: CURLMcode) -> CurlFailure {
        .other(code: Int(code.rawValue), String(cString: curl_multi_strerror(code)))
    }
}
