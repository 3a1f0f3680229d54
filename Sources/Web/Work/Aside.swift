internal import NIOPosix

/// Long work without waiting in it, on a thread that nobody else is served from.
package enum Aside {
    package static func run<Answer: Sendable>(_ work: @escaping @Sendable () throws -> Answer) async throws -> Answer {
        try await NIOThreadPool.singleton.runIfActive(work)
    }
}
