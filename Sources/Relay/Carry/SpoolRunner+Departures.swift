internal import Mail
internal import Synchronization
internal import struct FoundationEssentials.Date

/// Messages that are claimed where they are kept.
extension SpoolRunner: Departures {
    package nonisolated func reserve(_ message: SpoolID, lane: Account) -> Departure? {
        let now = attempt.now()
        let isReserved = hand.withLock { hand in
            guard hand.count < limits.concurrent, hand.isNext(lane, at: now),
                attempt.pace.hasPlace(lane, inHand: hand.byLane[lane, default: 0])
            else { return false }
            hand.reserve(message, lane)
            return true
        }
        guard isReserved else { return nil }
        return Departure(message: message, lane: lane, claimant: claimant, until: now.addingTimeInterval(limits.claim))
    }

    package nonisolated func begin(_ departure: Departure, _ message: AcceptedMessage, body: [UInt8], at moment: StoreMoment) {
        let entry = SpoolEntry(
            message: message, claim: departure.claim, remaining: Array(message.envelope.recipients.indices), isUnknown: false,
            lane: departure.lane, body: hand.withLock({ $0.keeps(body) }) ? body : nil)
        start(entry, at: moment, catchesUp: true)
    }

    /// The store said that it failed, which may be wrong: then there is a claim that nobody knows of.
    package nonisolated func giveBack(_ departure: Departure) {
        hand.withLock { hand in
            hand.mayHaveLost = true
            hand.giveBack(departure.message)
        }
        wake()
    }

    package nonisolated func arrived(in lane: Account?) {
        hand.withLock { $0.note(crowded: lane) }
        wake()
    }
}
