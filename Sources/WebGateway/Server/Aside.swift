internal import NIOPosix

/// Long work without waiting in it, on a thread that nobody else is served from.
enum Aside {
    static func run<Answer: Sendable>(_ work: @escaping @Sendable () throws -> Answer) async throws -> Answer {
        try await NIOThreadPool.singleton.runIfActive(work)
    }
}
