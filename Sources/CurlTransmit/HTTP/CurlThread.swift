internal import CCurl
internal import CCurlShim
internal import Glibc

/// HTTPS over libcurl: one thread owns a multi and every transfer in it, so nothing waits on Swift's cooperative threads and connections
/// are reused. Proxies come from the environment (`https_proxy`, `no_proxy`), as for every other program on the machine.
package final class CurlThread: Sendable {
    private let inbox: CurlInbox

    /// Once per process, before any handle; libcurl 7.84 and later guard it against threads.
    private static let isReady: CURLcode = ccs_global_init()

    package init() throws(CurlFailure) {
        guard Self.isReady == CURLE_OK, let multi = curl_multi_init() else {
            throw .other(code: Int(CURLE_FAILED_INIT.rawValue), "libcurl does not start")
        }
        inbox = CurlInbox(waking: multi)
        // Made here, handed over, and never touched here again.
        let loop = Unmanaged.passRetained(CurlLoop(multi: multi, inbox: inbox))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<CurlLoop>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, loop.toOpaque())
        guard status == 0 else {
            _ = inbox.close()
            loop.release()
            curl_multi_cleanup(multi)
            throw .other(code: Int(CURLE_FAILED_INIT.rawValue), "no thread for libcurl: \(String(cString: strerror(status)))")
        }
        pthread_detach(thread)
    }

    /// A thread nobody can reach any more ends by itself. A request in flight holds its caller's reference, so there is none here.
    deinit { inbox.stop() }

    /// Throws `cancelled` soon after the task is cancelled; the connection is dropped then, since its answer would belong to nobody.
    package func perform(_ request: HTTPRequest) async throws(CurlFailure) -> HTTPResponse {
        let ticket = CurlTicket()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                inbox.add(CurlOrder(request: request, asker: CurlAsker(ticket: ticket, continuation: continuation)))
            }
        } onCancel: {
            inbox.cancel(ticket)
        }
        return try result.get()
    }

    /// Fails what is in flight with `stopped`, ends the thread and returns when it has let go of everything. Later requests fail at once.
    package func stop() async { await inbox.stopped() }
}
