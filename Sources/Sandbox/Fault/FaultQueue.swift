/// The faults that are due, oldest first. The first that fits is taken, and is gone once it was taken as often as it says.
struct FaultQueue: Sendable {
    private struct Entry: Sendable {
        var id: Int
        var fault: Fault
        var left: Int
    }

    private var entries: [Entry] = []
    private var added = 0

    var isEmpty: Bool { entries.isEmpty }

    mutating func add(_ fault: Fault) -> Int {
        added += 1
        let left =
            switch fault.times {
            case .times(let count): count
            case .always: Int.max
            }
        if left > 0 { entries.append(Entry(id: added, fault: fault, left: left)) }
        return added
    }

    mutating func remove(_ id: Int) { entries.removeAll { $0.id == id } }

    mutating func removeAll() { entries = [] }

    mutating func take(_ stage: Fault.Stage, login: String?, recipients: [String]) -> Fault.SubmissionEffect? {
        take(login: login, recipients: recipients) { if case .submission(stage, let effect) = $0 { effect } else { nil } }
    }

    mutating func take(at door: Door, login: String?) -> Fault.WebEffect? {
        take(login: login) { if case .web(door, let effect) = $0 { effect } else { nil } }
    }

    mutating func take(atReading door: MailDoor, login: String?) -> Fault.ReadingEffect? {
        take(login: login) { if case .reading(door, let effect) = $0 { effect } else { nil } }
    }

    private mutating func take<Effect>(login: String?, recipients: [String] = [], _ effect: (Fault.Place) -> Effect?) -> Effect? {
        for index in entries.indices {
            guard let effect = effect(entries[index].fault.place), fits(entries[index].fault, login: login, recipients: recipients) else {
                continue
            }
            use(index)
            return effect
        }
        return nil
    }

    private func fits(_ fault: Fault, login: String?, recipients: [String]) -> Bool {
        if let wanted = fault.login, wanted.lowercased() != login?.lowercased() { return false }
        guard let wanted = fault.recipient else { return true }
        return recipients.contains { $0.lowercased() == wanted.lowercased() }
    }

    private mutating func use(_ index: Int) {
        guard entries[index].left != .max else { return }
        entries[index].left -= 1
        if entries[index].left == 0 { entries.remove(at: index) }
    }
}
