package import struct FoundationEssentials.Date

/// One step of a sweep.
package struct SweepStep: Sendable, Hashable {
    package var rows: Int
    /// Octets given back to the disk.
    package var octets: Int
    /// There is nothing more to do for now.
    package var isLast: Bool

    package init(rows: Int, octets: Int = 0, isLast: Bool) {
        self.rows = rows
        self.octets = octets
        self.isLast = isLast
    }
}

/// Removes from a spool what is no longer promised to anyone, once an hour and then all of it. In steps, each followed by a rest, so that mail goes on
/// meanwhile: what a busy week has left may take minutes, and nothing waits for it, not even a start.
package struct Sweeper: Sendable {
    /// Seconds from one sweep to the next.
    private static let interval: Double = 3600
    /// Seconds until a sweep that failed is tried again: on a full disk it is what makes room.
    private static let pause: Double = 60
    /// Seconds between two steps; a step takes a tenth of that.
    private static let rest: Double = 0.05

    private let spool: any Spool
    private let now: @Sendable () -> Date
    private let wait: @Sendable (_ seconds: Double) async -> Void
    private let report: @Sendable (String) -> Void

    package init(
        _ spool: any Spool, now: @escaping @Sendable () -> Date, wait: @escaping @Sendable (_ seconds: Double) async -> Void,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.spool = spool
        self.now = now
        self.wait = wait
        self.report = report
    }

    /// Until its task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            do throws(StoreFailure) {
                let swept = try await sweep()
                if swept.steps > 1 {
                    report("swept \(swept.rows) rows that nobody needs any more; \(swept.octets >> 20) MiB were given back to the disk")
                }
                await wait(Self.interval)
            } catch {
                report("the store cannot be swept: \(error)")
                await wait(Self.pause)
            }
        }
    }

    /// All that is due now, unless its task is cancelled.
    package func sweep() async throws(StoreFailure) -> (steps: Int, rows: Int, octets: Int) {
        var swept = (steps: 0, rows: 0, octets: 0)
        while !Task.isCancelled {
            let step = try await spool.sweep(at: now())
            swept = (swept.steps + 1, swept.rows + step.rows, swept.octets + step.octets)
            if step.isLast { break }
            await wait(Self.rest)
        }
        return swept
    }
}
