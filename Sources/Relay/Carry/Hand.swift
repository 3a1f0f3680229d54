internal import struct FoundationEssentials.Date

/// What a runner has in hand, and where more waits. Everyone who keeps a message asks it whether that one may leave at once.
struct Hand {
    struct Carried {
        let entry: SpoolEntry
        /// nil: about to begin.
        var task: Task<Void, Never>?
        /// What became of it is stored: it may be claimed again.
        var isSettled = false
        /// Another run has it.
        var isLost = false
    }

    /// Seconds after which a lane that carried a message is no longer known to have a token at hand.
    private static let freshness: Double = 300
    /// Bodies kept in memory until their messages have left: the largest one, and all of them. What is larger is read from the spool.
    private static let largestBody = 64 * 1024
    private static let mostOctets = 64 * 1024 * 1024

    var isStopping = false
    /// Told to break off: also what begins from now on.
    var isCancelled = false
    /// Claims without an owner are being looked for: none may come up meanwhile.
    var isReleasing = false
    /// A claim was reported as failed, and may be durable all the same.
    var mayHaveLost = false
    /// By number of start, not by message: a message that is to be tried again at once is claimed before its last attempt has quite ended.
    private(set) var carried: [Int: Carried] = [:]
    private var started = 0
    /// Messages on their way into the spool, which are in hand once they are there.
    private var reserved: [SpoolID: Account] = [:]
    private(set) var byLane: [Account?: Int] = [:]
    private var octets = 0
    /// Lanes in which something that is due waits, as far as is known since somebody has looked.
    private var crowded: Set<Account?> = []
    private var hasLooked = false
    /// Those of before, while somebody looks.
    private var lookedAt: Set<Account?> = []
    private var delivered: [Account: Date] = [:]
    /// Who waits for what is on its way.
    private var waiting: [CheckedContinuation<Void, Never>] = []

    var count: Int { carried.count + reserved.count }

    var isCrowded: Bool { !crowded.isEmpty }

    /// What is not to be claimed, or is no stray claim.
    func messages(unsettledOnly: Bool) -> Set<SpoolID> {
        Set(reserved.keys).union(carried.values.lazy.filter { !(unsettledOnly && $0.isSettled) }.map(\.entry.message.id))
    }

    /// What is to be kept from being taken for abandoned.
    var claims: [Claim] { carried.values.filter { !$0.isSettled && !$0.isLost }.map(\.entry.claim) }

    /// Returns those of which nobody knew.
    mutating func lose(_ messages: Set<SpoolID>) -> [SpoolID] {
        let found = carried.filter { messages.contains($1.entry.message.id) && !$1.isSettled && !$1.isLost }
        for number in found.keys { carried[number]?.isLost = true }
        return found.values.map(\.entry.message.id)
    }

    /// Nobody is ahead of it, and its lane carried something a moment ago.
    func isNext(_ lane: Account, at now: Date) -> Bool {
        guard !isStopping, !isReleasing, hasLooked, !crowded.contains(lane), !lookedAt.contains(lane), let last = delivered[lane] else {
            return false
        }
        return now.timeIntervalSince(last).magnitude < Self.freshness
    }

    mutating func reserve(_ message: SpoolID, _ lane: Account) {
        reserved[message] = lane
        byLane[lane, default: 0] += 1
    }

    /// The place is free again.
    mutating func giveBack(_ message: SpoolID) {
        guard let lane = reserved.removeValue(forKey: message) else { return }
        leave(lane)
        tellThoseWhoWait()
    }

    /// Whether there is room in memory for a body; taken back by `end`.
    func keeps(_ body: [UInt8]) -> Bool { body.count <= Self.largestBody && octets + body.count <= Self.mostOctets }

    /// Returns its number.
    mutating func begin(_ entry: SpoolEntry) -> Int {
        if reserved.removeValue(forKey: entry.message.id) == nil { byLane[entry.lane, default: 0] += 1 }
        octets += entry.body?.count ?? 0
        defer { started += 1 }
        carried[started] = Carried(entry: entry)
        return started
    }

    /// It may have ended already.
    mutating func bind(_ task: Task<Void, Never>, to number: Int) {
        guard carried[number] != nil else { return }
        carried[number]?.task = task
        if isCancelled { task.cancel() }
    }

    mutating func noteSettled(_ number: Int) { carried[number]?.isSettled = true }

    mutating func noteDelivered(_ lane: Account, at now: Date) { delivered[lane] = now }

    mutating func end(_ number: Int) {
        guard let entry = carried.removeValue(forKey: number)?.entry else { return }
        octets -= entry.body?.count ?? 0
        leave(entry.lane)
        tellThoseWhoWait()
    }

    mutating func note(crowded lane: Account?) { crowded.insert(lane) }

    /// What comes up from here on may be missed by the look that begins.
    mutating func beginLook() {
        lookedAt = crowded
        crowded = []
    }

    /// A part of a look. `full`: lanes that were not looked at.
    mutating func see(_ found: Set<Account?>, full: Set<Account?>) { crowded.formUnion(found.union(lookedAt.intersection(full))) }

    mutating func endLook() {
        lookedAt = []
        hasLooked = true
    }

    mutating func breakOffLook() {
        crowded.formUnion(lookedAt)
        lookedAt = []
    }

    /// False: there is nothing to wait for.
    mutating func wait(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
        guard count > 0 else { return false }
        waiting.append(continuation)
        return true
    }

    private mutating func leave(_ lane: Account?) {
        byLane[lane, default: 1] -= 1
        if byLane[lane] == 0 { byLane[lane] = nil }
    }

    private mutating func tellThoseWhoWait() {
        guard count == 0 else { return }
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
