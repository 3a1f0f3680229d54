internal import Mail
internal import Relay
internal import Synchronization

/// What really happened in a world, whoever says what of it: what clients were promised, what the provider took, what was settled. A class because everyone in the
/// world writes in it.
package final class WorldLedger: Sendable {
    /// One copy of a message that the provider took for one recipient.
    struct Delivery {
        let message: SpoolID
        let recipient: EmailAddress
        let life: Life
        let time: Double
        /// The answer came to whoever had sent it.
        var wasHeard = false
    }

    private struct State {
        var messages: [String: SpoolID] = [:]
        var recipients: [SpoolID: [EmailAddress]] = [:]
        var promised: [SpoolID: Double] = [:]
        var open: Set<SpoolID> = []
        /// Its client was told by this run that it was not accepted, although it was.
        var denied: [SpoolID: String] = [:]
        var withdrawn: Set<SpoolID> = []
        var kept = 0
        var deliveries: [Delivery] = []
        var settled: [SpoolID: Set<EmailAddress>] = [:]
        var refused: [SpoolID: Set<EmailAddress>] = [:]
        var violations: [String] = []
        var story: [String] = []
    }

    private let state = Mutex(State())
    private let world: World
    private let tellsStory: Bool

    package init(_ world: World, tellsStory: Bool) {
        self.world = world
        self.tellsStory = tellsStory
    }

    package var violations: [String] { state.withLock { $0.violations } }
    package var story: [String] { state.withLock { $0.story } }
    package var deliveryCount: Int { state.withLock { $0.deliveries.count } }
    package var keptCount: Int { state.withLock { $0.kept } }
    /// Nothing that was kept waits for its end.
    package var isDrained: Bool { state.withLock { $0.open.isEmpty } }

    var deliveries: [Delivery] { state.withLock { $0.deliveries } }
    var promised: [SpoolID: Double] { state.withLock { $0.promised } }
    func settled(_ message: SpoolID) -> Set<EmailAddress> { state.withLock { $0.settled[message, default: []] } }
    func refused(_ message: SpoolID) -> Set<EmailAddress> { state.withLock { $0.refused[message, default: []] } }

    package func tell(_ words: @autoclosure () -> String) {
        guard tellsStory else { return }
        let line = "\(Self.seconds(world.time)) \(words())"
        state.withLock { $0.story.append(line) }
    }

    /// Something that must never be.
    package func violate(_ words: String) {
        tell("VIOLATION \(words)")
        let time = world.time
        state.withLock { state in
            if state.violations.count < 20 { state.violations.append("at \(Self.seconds(time)): \(words)") }
        }
    }

    /// It is durable; its client may not know.
    func keep(_ message: AcceptedMessage) {
        tell("kept \(message.id) \(message.messageID) from \(message.author.first.address)")
        state.withLock { state in
            state.messages[message.messageID] = message.id
            state.recipients[message.id] = message.envelope.recipients.map(\.address)
            state.open.insert(message.id)
            state.kept += 1
        }
    }

    /// Its client was told that it was not accepted, and hands it over again: whoever said so must not send it.
    func deny(_ message: SpoolID, by life: Life) {
        tell("denied \(message)")
        state.withLock { $0.denied[message] = life.incarnation }
    }

    /// It is gone.
    func withdraw(_ message: SpoolID) {
        tell("withdrawn \(message)")
        let wasPromised = state.withLock { state in
            state.open.remove(message)
            state.withdrawn.insert(message)
            return state.promised[message] != nil
        }
        if wasPromised { violate("\(message) was promised, and withdrawn") }
    }

    func isWithdrawn(_ message: SpoolID) -> Bool { state.withLock { $0.withdrawn.contains(message) } }

    /// Its client was told.
    func promise(_ message: SpoolID) {
        tell("promised \(message)")
        if isWithdrawn(message) { violate("\(message) was withdrawn, and promised") }
        let time = world.time
        state.withLock { $0.promised[message] = time }
    }

    func message(_ messageID: String) -> SpoolID? { state.withLock { $0.messages[messageID] } }

    func settle(_ settlement: Settlement) {
        tell("settled \(settlement.claim.message) attempt \(settlement.claim.attempt): \(settlement.state)")
        let id = settlement.claim.message
        let isOver = settlement.state.isOver
        state.withLock { state in
            if isOver { state.open.remove(id) }
            for case (let index, .sent) in settlement.outcomes {
                guard let address = state.recipients[id]?[index] else { continue }
                state.settled[id, default: []].insert(address)
            }
        }
    }

    func refuse(_ message: SpoolID, _ recipient: EmailAddress) {
        state.withLock { _ = $0.refused[message, default: []].insert(recipient) }
    }

    /// The content is whole and the provider takes it. Returns where that stands.
    func deliver(_ message: SpoolID, to recipient: EmailAddress, by life: Life) -> Int {
        let time = world.time
        tell("delivered \(message) to \(recipient) by \(life.incarnation)")
        if state.withLock({ $0.denied[message] }) == life.incarnation {
            violate("\(message) was not accepted, said \(life.incarnation), and sent it")
        }
        return state.withLock { state in
            state.deliveries.append(Delivery(message: message, recipient: recipient, life: life, time: time))
            return state.deliveries.count - 1
        }
    }

    func hear(_ deliveries: [Int]) { state.withLock { state in for index in deliveries { state.deliveries[index].wasHeard = true } } }

    /// A person brought it back.
    func reopen(_ message: SpoolID) { state.withLock { _ = $0.open.insert(message) } }

    private static func seconds(_ time: Double) -> String { String((time * 1000).rounded() / 1000) }
}

extension Settlement.Next {
    fileprivate var isOver: Bool {
        switch self {
        case .done, .failed: true
        case .waiting, .held: false
        }
    }
}
