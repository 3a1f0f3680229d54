package import Relay
internal import struct FoundationEssentials.Date

/// A whole `Store` in memory, as faithful to the protocols as a database: it records what it is asked, can be told to fail, and lets a test
/// stop a call at a gate. Every call is atomic, because nothing in it waits once it has begun to change anything.
package actor MemoryStore {
    /// What can be asked; the raw values are the protocols' own words.
    package enum Call: String, Sendable, Hashable, CaseIterable {
        case setBack, write, accept, use, claim, renew, release, chunk, settle, recover, sweep, discard, list, show, change, append,
            entries,
            heads, rows
        case directory, slice, changes, entity, entities, references, apply, conditions, observations, observe, dataVersion
        case credentials, token, takeLease, dropLease, keep, asking, secret, consent, vault, warn, sightings, usage, handout, request,
            routeWishes, wake, dmarc
    }

    private struct Fault {
        var failure: StoreFailure
        var left: Int
    }

    /// Every call in order.
    package private(set) var calls: [Call] = []
    package var settlements: [Settlement] = []
    package var renewals: [Renewal] = []
    /// The largest piece of a body that was ever handed over.
    package var largestChunk = 0
    private var faults: [Call: Fault] = [:]
    private var afterwards: [Call: StoreFailure] = [:]
    private var entrances: [Call: FakeGate] = [:]
    private var exits: [Call: FakeGate] = [:]

    var book = MemoryBook()
    var journal = MemoryJournal()
    var messages: [MemoryMessage] = []
    var contents: [SpoolID: MemoryContent] = [:]
    var observed: [MemoryObservation] = []
    var revision: Int64 = 0
    var commits: Int64 = 0
    var tokens: [TokenKey: StoredToken] = [:]
    var handouts: [HandoutID: Handout] = [:]
    /// The day on which each client was last here.
    var days: [ClientID: Date] = [:]
    var requests: [String: (digest: [UInt8], message: SpoolID, at: Date)] = [:]
    var consents: [ConsentID: ConsentAttempt] = [:]
    var vaultKey: String?
    var warnings: Set<Warning> = []
    var asking: [GrantID: Date] = [:]
    var grantUses: [GrantID: GrantUse] = [:]
    var leases: [String: (holder: String, until: Date)] = [:]
    var totals: [MemorySighting: SightingTotal] = [:]
    var traffics: [(hour: Int64, traffic: Traffic)] = []
    var usages: [(hour: Int64, usage: Usage)] = []
    var minutes: [ClientID: [ClientUse.Minute]] = [:]
    var dmarc: [String: MemoryDmarcReport] = [:]

    package init() {}

    /// Of accepted messages, in the order of acceptance.
    package var keptMessages: [SpoolID] { messages.map(\.message.id) }

    package var piecesKept: Int { contents.values.reduce(0) { $0 + $1.chunks.count } }

    /// The next so many calls of a kind fail, before they have changed anything.
    package func fail(_ call: Call, with failure: StoreFailure, times: Int = 1) { faults[call] = Fault(failure: failure, left: times) }

    /// The next call of a kind does what it was asked and is reported as failed all the same, as when a disk fails behind a commit. Claims and acceptances only.
    package func failAfter(_ call: Call, with failure: StoreFailure) { afterwards[call] = failure }

    /// Calls of a kind stop here before they begin.
    package func stop(_ call: Call, at gate: FakeGate?) { entrances[call] = gate }

    /// Calls of a kind stop here with their answer in the hand.
    package func stopReturning(_ call: Call, at gate: FakeGate?) { exits[call] = gate }

    package func count(_ call: Call) -> Int { calls.count { $0 == call } }

    func enter(_ call: Call) async throws(StoreFailure) {
        calls.append(call)
        await entrances[call]?.pass()
        guard var fault = faults[call], fault.left > 0 else { return }
        fault.left -= 1
        faults[call] = fault
        throw fault.failure
    }

    func fail(behind call: Call) throws(StoreFailure) {
        if let failure = afterwards.removeValue(forKey: call) { throw failure }
    }

    func leave(_ call: Call) async { await exits[call]?.pass() }

    func committed() { commits += 1 }

    /// Journal and sightings of a change belong to its commit.
    func note(_ entries: [JournalEntry], _ sightings: [Sighting]) {
        for entry in entries { journal.append(entry) }
        for sighting in sightings { see(sighting) }
    }
}
