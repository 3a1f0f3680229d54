internal import Glibc
internal import Relay

/// Runs one conversation with a mail server on a thread of its own: libcurl waits for the server inside one call, and the threads that tasks share must
/// never wait.
enum InboxThread {
    typealias Failure = InboxSignIn.Failure

    static func run<Answer: Sendable>(_ work: @escaping @Sendable () throws(Failure) -> Answer) async throws(Failure) -> Answer {
        let result: Result<Answer, Failure> = await withCheckedContinuation { continuation in
            let work = Work {
                do throws(Failure) { continuation.resume(returning: .success(try work())) } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            let handed = Unmanaged.passRetained(work)
            var thread = pthread_t()
            let status = pthread_create(
                &thread, nil,
                { argument in
                    guard let argument else { return nil }
                    Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                    return nil
                }, handed.toOpaque())
            guard status == 0 else {
                handed.release()
                return continuation.resume(returning: .failure(.unreachable("no thread: \(String(cString: strerror(status)))")))
            }
            pthread_detach(thread)
        }
        return try result.get()
    }

    /// Handed to the thread, which is the only one to touch it then. A class, because a C function takes one pointer.
    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
