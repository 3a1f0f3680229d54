internal import Foundation
internal import Glibc
internal import Synchronization

/// Where a world lives: a thread of its own, on which every task that is begun is the world's.
package enum WorldThread {
    /// Worlds by their thread.
    private static let worlds = Mutex<[(thread: pthread_t, world: World)]>([])

    private typealias Enqueue = @convention(thin) (UnownedJob) -> Void
    private typealias Hook = @convention(thin) (UnownedJob, Enqueue) -> Void

    /// `Task {}` does not inherit an executor; the runtime asks here about each job that has none. What is not on a world's thread goes where it would have gone.
    private static let isHooked: Bool = {
        guard let place = dlsym(dlopen(nil, RTLD_LAZY), "swift_task_enqueueGlobal_hook") else { return false }
        place.assumingMemoryBound(to: Hook?.self).pointee = { job, original in
            if let world = WorldThread.current { world.take(job) } else { original(job) }
        }
        return true
    }()

    private static var current: World? {
        let thread = pthread_self()
        return worlds.withLock { worlds in worlds.first { pthread_equal($0.thread, thread) != 0 }?.world }
    }

    /// Runs `body` on this thread with a world that is its. Stops the process where the runtime has no such hook: nothing would replay.
    package static func with<Answer>(seed: UInt64, _ body: (World) -> Answer) -> Answer {
        precondition(isHooked, "this runtime has no hook for jobs")
        let world = World(seed: seed)
        let thread = pthread_self()
        worlds.withLock { $0.append((thread, world)) }
        defer { worlds.withLock { $0.removeAll { pthread_equal($0.thread, thread) != 0 } } }
        return body(world)
    }
}
