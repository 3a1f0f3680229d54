package import NIOCore
internal import NIOPosix

/// Runs tasks on the event loops on which their connections are. A message that comes in is decided, kept, answered and sent without a change of thread but
/// those to the store's writer and back: each change wakes a core, which costs as much as deciding.
///
/// What runs there must be short: who has a hundred milliseconds to calculate does so elsewhere.
package final class LoopExecutors: Sendable {
    /// The process's own; tasks refer to them without holding them, so they stay.
    package static let shared = LoopExecutors(.singletonMultiThreadedEventLoopGroup)

    private let executors: [ObjectIdentifier: LoopExecutor]
    private let group: any EventLoopGroup

    private init(_ group: any EventLoopGroup) {
        self.group = group
        executors = Dictionary(uniqueKeysWithValues: group.makeIterator().map { (ObjectIdentifier($0), LoopExecutor($0)) })
    }

    /// nil: it is none of the group's.
    package func executor(of loop: any EventLoop) -> (any TaskExecutor)? { executors[ObjectIdentifier(loop)] }

    /// The one that asks; elsewhere one after the other.
    package var nearest: (any TaskExecutor)? { executor(of: group.any()) }
}

private final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
