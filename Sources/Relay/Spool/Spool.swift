package import struct FoundationEssentials.Date

/// Keeps what was accepted until every recipient's fate is settled: the promise behind 250 and 202.
/// Every method that returns has been made durable; methods called at the same time may share one commit.
package protocol Spool: Sendable {
    /// Keeps one piece of a body while it is still arriving. Pieces of a message that is never accepted are discarded, or swept.
    func write(chunk: [UInt8], number: Int, of message: SpoolID, at now: Date) async throws(StoreFailure)

    /// The message will not be accepted: its pieces are not kept any longer. What was accepted is never discarded.
    func discard(_ message: SpoolID) async throws(StoreFailure)

    /// The acceptance: the message with the last piece of its body, its journal line and its sightings, in one commit.
    /// `lane`: the account that is likely to carry it; nil: that is not known.
    /// `quota`: its client's; the same commit counts it, and throws `overQuota` where that has had as much as it may.
    /// `request`: the same commit remembers that it was asked with this key; throws `repeated` when another request was.
    /// Returns what the store knew then.
    @discardableResult
    func accept(
        _ message: AcceptedMessage, lastChunk: [UInt8], number: Int, _ beginning: Beginning, lane: Account?, quota: Quota,
        request: RepeatableRequest?, journal: [JournalEntry], sightings: [Sighting]
    ) async throws(StoreFailure) -> StoreMoment

    /// What a client has handed in within the hour, and has in the queue.
    func use(of client: ClientID, at now: Date) async throws(StoreFailure) -> ClientUse

    /// Claims up to `limit` messages that are due, before anything is tried with them, as `Deal` has it: of each lane no more than it has room for, and of each
    /// client in its turn, so that neither ten thousand messages of one account nor those of one client keep another's single one waiting. Of one share the
    /// oldest goes first. A claim of another run that ran out is taken over before all; one of the claimant's own never is, because the clock may have jumped
    /// while the message is under way.
    func claim(
        _ limit: Int, rooms: LaneRooms, by claimant: Claimant, at now: Date, until: Date
    ) async throws(StoreFailure) -> ClaimedBatch

    /// Slow sends keep their claims. Returns the messages that another run has taken since.
    func renew(_ claims: [Claim], until: Date) async throws(StoreFailure) -> Set<SpoolID>

    /// The claimant's own claims of messages that it does not have in hand wait again, due now: their claiming was durable, but was reported as failed.
    /// Nothing was tried with them, so it does not count as an attempt. Returns the messages released.
    func release(_ claimant: Claimant, except inHand: Set<SpoolID>, at now: Date) async throws(StoreFailure) -> [SpoolID]

    /// A piece of the body, counted from 0; nil behind the last.
    func chunk(_ number: Int, of message: SpoolID) async throws(StoreFailure) -> [UInt8]?

    /// Ends an attempt: outcomes, next state, journal, sightings, usage and observations in one commit. Throws `claimLost` and changes
    /// nothing when the claim is no longer the settler's.
    func settle(_ settlement: Settlement) async throws(StoreFailure)

    /// What the messages wish for that wait for a route and are not due, each once, in an order that is always the same: up to `limit` of those behind `after`.
    func routeWishes(after: RouteWish?, limit: Int, at now: Date) async throws(StoreFailure) -> [RouteWish]

    /// There is a route now: up to `limit` of the messages that wait for it are due, oldest first, in this lane. Returns how many.
    func wake(_ wish: RouteWish, lane: Account?, limit: Int, at now: Date) async throws(StoreFailure) -> Int

    /// The clock may have been set back since the journal's last lines were written, or since it was looked at: by a minute or more, and what waits for a time
    /// waits as much less, what is stopped, reported, doubted or new is so for as much less, and the journal says so. Returns by how many seconds it was; 0: it was not.
    func noteSetBack(at now: Date, since before: Date?) async throws(StoreFailure) -> Double

    /// At start: messages claimed by older incarnations of this node become waiting and `unknown`, with a journal line each; their leases end within
    /// seconds. Returns the messages released.
    func recover(for claimant: Claimant, at now: Date) async throws(StoreFailure) -> [SpoolID]

    /// Removes what is no longer promised to anyone, one step of it, short enough that who writes meanwhile hardly notices.
    func sweep(at now: Date) async throws(StoreFailure) -> SweepStep
}

extension Spool {
    /// Of a way in that knows no keys of requests.
    package func accept(
        _ message: AcceptedMessage, lastChunk: [UInt8], number: Int, held: String? = nil, lane: Account?, journal: [JournalEntry],
        sightings: [Sighting]
    ) async throws(StoreFailure) {
        try await accept(
            message, lastChunk: lastChunk, number: number, held.map { .held(why: $0) } ?? .due, lane: lane, request: nil,
            journal: journal, sightings: sightings)
    }

    /// Of a client that has no quota.
    @discardableResult package func accept(
        _ message: AcceptedMessage, lastChunk: [UInt8], number: Int, _ beginning: Beginning, lane: Account?, request: RepeatableRequest?,
        journal: [JournalEntry], sightings: [Sighting]
    ) async throws(StoreFailure) -> StoreMoment {
        try await accept(
            message, lastChunk: lastChunk, number: number, beginning, lane: lane, quota: Quota(), request: request, journal: journal,
            sightings: sightings)
    }
}

/// How an accepted message begins.
package enum Beginning: Sendable, Hashable {
    /// It may leave.
    case due
    /// It leaves: whoever carries it has it in hand, until then at first.
    case claimed(Claimant, until: Date)
    /// There is no route now.
    case waiting(RouteWait)
    /// Until a person releases it.
    case held(why: String)

    /// Why it does not leave at once.
    package var why: String? {
        switch self {
        case .due, .claimed: nil
        case .waiting(let wait): wait.why
        case .held(let why): why
        }
    }
}

/// That there was no route for a message, and what it waits for. Whatever mends that makes it due; should the directory or the conditions have moved since
/// it was decided, it is due at once, or the change that it waits for might be the one that it missed.
package struct RouteWait: Sendable, Hashable {
    /// When it is decided anew although nothing was heard of.
    package let until: Date
    package let why: String
    package let code: RefusalCode
    /// What it was decided on.
    package let edition: Edition
    package let revision: Int64
    /// It was decided for recipients outside of a tenant that may write to none for now.
    package let isOutside: Bool

    package init(until: Date, why: String, code: RefusalCode, edition: Edition, revision: Int64, isOutside: Bool = false) {
        self.isOutside = isOutside
        self.until = until
        self.why = why
        self.code = code
        self.edition = edition
        self.revision = revision
    }

    /// Whether what it was decided on is still all there is.
    package func isCurrent(_ edition: Edition, _ revision: Int64) -> Bool { edition <= self.edition && revision <= self.revision }
}

/// Messages that wait for a route and will get the same one, because their author and purpose are the same, and whether they leave a tenant.
package struct RouteWish: Sendable, Hashable {
    package let author: Author
    package let purpose: Purpose?
    package let isOutside: Bool

    package init(author: Author, purpose: Purpose?, isOutside: Bool = false) {
        self.author = author
        self.purpose = purpose
        self.isOutside = isOutside
    }
}

/// Who claims: a node, and which run of it.
package struct Claimant: Sendable, Hashable {
    package let node: String
    package let incarnation: String

    package init(node: String, incarnation: String) {
        self.node = node
        self.incarnation = incarnation
    }

    /// Seconds for which an older run's lease still stands: what it asked a provider for when it died may be answered that late, and to ask with the same
    /// refresh token meanwhile would look like theft to a provider that rotates.
    package static let leaseOfTheDead: Double = 5

    /// As whom it takes leases.
    package var holder: String { node + "/" + incarnation }

    /// Whether that was an older run of this node.
    package func outlived(_ holder: String) -> Bool { holder.hasPrefix(node + "/") && holder != self.holder }
}

package struct Claim: Sendable, Hashable {
    package let message: SpoolID
    /// Counted from 1.
    package let attempt: Int
    package let claimant: Claimant
    package let until: Date

    package init(message: SpoolID, attempt: Int, claimant: Claimant, until: Date) {
        self.message = message
        self.attempt = attempt
        self.claimant = claimant
        self.until = until
    }
}

/// A claimed message and what is left of it.
package struct SpoolEntry: Sendable, Hashable {
    package let message: AcceptedMessage
    package let claim: Claim
    /// Indexes into `message.envelope.recipients` of those who have no outcome yet.
    package let remaining: [Int]
    /// A crash may have hit between the last byte leaving and the settling.
    package let isUnknown: Bool
    /// Recipients who were refused in earlier attempts, by index, with the server's reply: the message then ends as failed, not as done.
    package let refusals: [Int: String]
    /// The account that is likely to carry it; nil: not known yet.
    package let lane: Account?
    /// How long it was without a route, in all, until it was claimed: time that does not count against it.
    package let withoutRoute: Double
    /// It is so still, as far as was known.
    package let lacksRoute: Bool
    /// Pairs that a provider has refused to it.
    package let pairRefusals: [PairRefusal]
    /// nil: the spool has it.
    package let body: [UInt8]?

    package init(
        message: AcceptedMessage, claim: Claim, remaining: [Int], isUnknown: Bool, refusals: [Int: String] = [:], lane: Account? = nil,
        withoutRoute: Double = 0, lacksRoute: Bool = false, pairRefusals: [PairRefusal] = [], body: [UInt8]? = nil
    ) {
        self.body = body
        self.message = message
        self.claim = claim
        self.remaining = remaining
        self.isUnknown = isUnknown
        self.refusals = refusals
        self.lane = lane
        self.withoutRoute = withoutRoute
        self.lacksRoute = lacksRoute
        self.pairRefusals = pairRefusals
    }
}

/// Claims come with what the store knew in their transaction: a runner with an older snapshot catches up before it decides.
package struct ClaimedBatch: Sendable {
    package let entries: [SpoolEntry]
    package let moment: StoreMoment
    /// Lanes, of those that had room, in which more is due than was claimed.
    package let crowded: Set<Account?>
    /// Whose turn it was last in these lanes.
    package let turns: [Account?: QueueShare]
    /// There are lanes behind this one that were not looked at; nil: all were.
    package let goOnBehind: LanePlace?

    package init(
        entries: [SpoolEntry], moment: StoreMoment, crowded: Set<Account?>, turns: [Account?: QueueShare] = [:],
        goOnBehind: LanePlace? = nil
    ) {
        self.entries = entries
        self.moment = moment
        self.crowded = crowded
        self.turns = turns
        self.goOnBehind = goOnBehind
    }
}

/// How far a look at the lanes has come, in an order of the store's own.
package struct LanePlace: Sendable, Hashable {
    package let lane: Account?

    package init(_ lane: Account?) { self.lane = lane }
}

/// How many more messages of each lane may be claimed.
package struct LaneRooms: Sendable, Hashable {
    /// Of lanes that are known to have something under way, or to be closed; nil is the lane of those whose account is not known.
    package var known: [Account?: Int]
    /// Of every other.
    package var other: Int
    /// Messages that are not claimed whatever their row says: this run is not done with them.
    package var inHand: Set<SpoolID>
    /// Who was served last where several wait.
    package var turns: [Account?: QueueShare]
    /// Where the look before this one ended; nil: it begins.
    package var behind: LanePlace?

    package init(
        known: [Account?: Int] = [:], other: Int = .max, inHand: Set<SpoolID> = [], turns: [Account?: QueueShare] = [:],
        behind: LanePlace? = nil
    ) {
        self.known = known
        self.other = other
        self.inHand = inHand
        self.turns = turns
        self.behind = behind
    }

    package func room(in lane: Account?) -> Int { known[lane] ?? other }
}
