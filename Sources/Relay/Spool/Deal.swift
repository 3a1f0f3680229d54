package import struct FoundationEssentials.Date

/// Which of what is due a claim takes. Lanes are served side by side, each up to its room; within a lane urgent mail goes first, and then one message of each
/// client in turn, beginning behind the one that was served last. A rule of the spool, whatever keeps it.
package struct Deal {
    /// What is due of one share in one lane.
    package struct Line: Sendable {
        package let lane: Account?
        package let share: QueueShare
        /// When its oldest became due, and which that is.
        package let due: Date
        package let number: Int64

        package init(lane: Account?, share: QueueShare, due: Date, number: Int64) {
            self.lane = lane
            self.share = share
            self.due = due
            self.number = number
        }
    }

    /// What became of it.
    package struct Hands: Sendable, Hashable {
        package var chosen: [Int64] = []
        /// Lanes, of those that had room, in which more is due than was taken.
        package var crowded: Set<Account?> = []
        /// Of these: who was served last.
        package var turns: [Account?: QueueShare] = [:]

        package init() {}
    }

    private let limit: Int
    private var rooms: LaneRooms
    private var hands = Hands()

    package init(limit: Int, rooms: LaneRooms) {
        self.limit = limit
        self.rooms = rooms
    }

    /// Something that goes before all others, such as a claim that ran out; false: there is no room for it.
    package mutating func take(_ number: Int64, in lane: Account?) -> Bool {
        guard hands.chosen.count < limit, rooms.room(in: lane) > 0 else {
            if rooms.room(in: lane) > 0 { hands.crowded.insert(lane) }
            return false
        }
        rooms.known[lane] = rooms.room(in: lane) - 1
        hands.chosen.append(number)
        return true
    }

    /// `read`: so many of a line, oldest first, asked for once and only of lines that are served.
    package consuming func choose(
        _ lines: [Line], read: (_ line: Line, _ most: Int) throws -> [Int64]
    ) rethrows -> Hands {
        var lanes = Dictionary(grouping: lines, by: \.lane).compactMap { lane, lines in
            LaneDeal(lane, lines, room: rooms.room(in: lane), after: rooms.turns[lane])
        }
        lanes.sort { ($0.oldest.due, $0.oldest.number) < ($1.oldest.due, $1.oldest.number) }
        var served = lanes.count
        while served > 0, hands.chosen.count < limit {
            served = 0
            for index in lanes.indices where hands.chosen.count < limit {
                guard let number = try lanes[index].take(read, limit - hands.chosen.count) else { continue }
                hands.chosen.append(number)
                served += 1
            }
        }
        for lane in lanes where lane.hasMore {
            hands.crowded.insert(lane.lane)
            hands.turns[lane.lane] = lane.last
        }
        return hands
    }
}

/// One lane's part of it.
private struct LaneDeal {
    let lane: Account?
    let oldest: Deal.Line
    private var room: Int
    private var lines: [Queued]
    /// Who was served last.
    private(set) var last: QueueShare?

    private struct Queued {
        let line: Deal.Line
        /// nil: not read yet.
        var rows: ArraySlice<Int64>?

        var isExhausted: Bool { rows?.isEmpty == true }
    }

    /// nil: it has no room.
    init?(_ lane: Account?, _ lines: [Deal.Line], room: Int, after last: QueueShare?) {
        guard room > 0, let oldest = lines.min(by: { ($0.due, $0.number) < ($1.due, $1.number) }) else { return nil }
        self.lane = lane
        self.oldest = oldest
        self.room = room
        self.last = last
        self.lines = lines.sorted { $0.share < $1.share }.map { Queued(line: $0) }
    }

    var hasMore: Bool { lines.contains { !$0.isExhausted } }

    mutating func take(_ read: (Deal.Line, Int) throws -> [Int64], _ most: Int) rethrows -> Int64? {
        guard room > 0 else { return nil }
        while let index = next {
            if lines[index].rows == nil {
                // One more than there is room for tells whether there is more.
                lines[index].rows = try read(lines[index].line, min(room, most) + 1)[...]
            }
            guard let number = lines[index].rows?.popFirst() else { continue }
            room -= 1
            last = lines[index].line.share
            return number
        }
        return nil
    }

    /// The first behind the last one served of those that are as urgent as any.
    private var next: Int? {
        let open = lines.indices.filter { !lines[$0].isExhausted }
        guard let first = open.first else { return nil }
        let equals = open.filter { lines[$0].line.share.isUrgent == lines[first].line.share.isUrgent }
        guard let last else { return first }
        return equals.first { lines[$0].line.share > last } ?? equals.first
    }
}

/// Whose messages take turns in a lane: administrator's mail goes first, and behind it each client has its turn, however much another one has waiting.
package struct QueueShare: Sendable, Hashable {
    package let isUrgent: Bool
    /// nil: the store's owner at the command line, and what is ours.
    package let client: ClientID?

    package init(isUrgent: Bool, client: ClientID?) {
        self.isUrgent = isUrgent
        self.client = client
    }
}

extension AcceptedMessage {
    package var share: QueueShare { QueueShare(isUrgent: purpose == .administrator, client: client) }
}

extension QueueShare: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        guard left.isUrgent == right.isUrgent else { return left.isUrgent }
        return (left.client?.text ?? "") < (right.client?.text ?? "")
    }
}
