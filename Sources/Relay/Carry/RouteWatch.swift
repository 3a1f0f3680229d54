package import struct FoundationEssentials.Date

/// Makes messages due that had no route and have one now. It asks the decider, once for all messages that get the same answer, so there is no second rule about
/// what a consent, a repair or a cleared stop might be good for.
///
/// An actor, so that two changes at once are looked at one after the other.
package actor RouteWatch {
    /// Messages made due in one commit: some milliseconds of the one writer. A hundred thousand become due within seconds, and their pace does the rest.
    private static let batch = 1000

    private let spool: any Spool
    private let snapshots: Snapshots
    private let transports: Set<Transport>
    private let now: @Sendable () -> Date
    private var seen: (edition: Edition, revision: Int64)?

    package init(spool: any Spool, snapshots: Snapshots, transports: Set<Transport>, now: @escaping @Sendable () -> Date) {
        self.spool = spool
        self.snapshots = snapshots
        self.transports = transports
        self.now = now
    }

    /// Looks, if anything was changed or observed since the last time. Returns how many messages are due now that were not.
    package func look() async throws(StoreFailure) -> Int {
        let snapshot = snapshots.current
        let newest = (edition: snapshot.directory.edition, revision: snapshot.conditions.revision)
        if let seen, seen == newest { return 0 }
        let decider = Decider(directory: snapshot.directory, conditions: snapshot.conditions, transports: transports)
        var woken = 0
        var last: RouteWish?
        while true {
            let wishes = try await spool.routeWishes(after: last, limit: Self.batch, at: now())
            for wish in wishes { woken += try await wake(wish, decider) }
            guard wishes.count == Self.batch else { break }
            last = wishes.last
        }
        seen = newest
        return woken
    }

    private func wake(_ wish: RouteWish, _ decider: Decider) async throws(StoreFailure) -> Int {
        let answer = decider.decide(wish.author, Routing(purpose: wish.purpose, envelopeSender: nil, at: now(), isOutside: wish.isOutside))
        // What nothing will mend any more goes too: its attempt says so.
        let lane: Account?
        switch answer {
        case .decided(let decision): lane = decision.account
        case .hold: lane = nil
        case .refused(let refusal) where !refusal.isTemporary: lane = nil
        case .later, .refused: return 0
        }
        var woken = 0
        while true {
            let count = try await spool.wake(wish, lane: lane, limit: Self.batch, at: now())
            woken += count
            guard count == Self.batch else { return woken }
        }
    }
}
