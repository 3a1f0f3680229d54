internal import Dispatch
internal import GRDB
internal import Synchronization

/// How far a store has come that is being brought up to date, which for one with millions of messages takes minutes.
package struct StoreUpgrade: Sendable, Hashable {
    /// The step under way, from 1; one more than there are: it is done.
    package let step: Int
    package let steps: Int
    /// Since it began.
    package let seconds: Int

    package var isDone: Bool { step > steps }

    /// Seconds between two words on one step.
    private static let interval = 5

    /// `report` hears of each step as it begins, of a long one every few seconds, and of the end.
    static func run(_ pool: DatabasePool, _ report: @escaping @Sendable (StoreUpgrade) -> Void) throws {
        let migrator = Schema.migrator
        let applied = try pool.read { try migrator.appliedIdentifiers($0) }
        let missing = migrator.migrations.filter { !applied.contains($0) }
        let begin = DispatchTime.now()
        let step = Mutex(1)
        let tell: @Sendable () -> Void = {
            let seconds = (DispatchTime.now().uptimeNanoseconds - begin.uptimeNanoseconds) / 1_000_000_000
            report(StoreUpgrade(step: step.withLock { $0 }, steps: missing.count, seconds: Int(seconds)))
        }
        let timer = DispatchSource.makeTimerSource()
        timer.schedule(deadline: .now() + .seconds(interval), repeating: .seconds(interval))
        timer.setEventHandler(handler: tell)
        timer.activate()
        defer { timer.cancel() }
        for (index, migration) in missing.enumerated() {
            step.withLock { $0 = index + 1 }
            tell()
            try migrator.migrate(pool, upTo: migration)
        }
        step.withLock { $0 = missing.count + 1 }
        tell()
    }
}
