internal import Foundation
internal import Relay

/// How an attempt ends.
extension Transaction {
    /// The claim is still the settler's. Only what is claimed has a claimant, and the state itself is not asked for: a planner that counted none claimed a moment ago
    /// would go through all that were, by the index of those.
    private static let isHeld =
        "message = (SELECT number FROM message WHERE id = ?) AND claimNode = ? AND claimIncarnation = ? AND attempts = ?"

    /// `finished`: of one that is done, what `askForFinished` asked.
    func settle(_ settlement: Settlement, _ finished: (any LaterRows)?) throws {
        if let finished { try finish(settlement, finished) } else { try keep(settlement) }
    }

    /// It leaves the queue.
    func askForFinished(_ settlement: Settlement) throws -> any LaterRows {
        let claim = settlement.claim
        return try ask(
            """
            DELETE FROM queue WHERE \(Self.isHeld)
            RETURNING message, attempts, isUnknown, outcomes, share, size, (SELECT recipients FROM message WHERE number = queue.message),
                (SELECT isInPieces FROM message WHERE number = queue.message), \(Self.isCounted)
            """, [claim.message.text, claim.claimant.node, claim.claimant.incarnation, claim.attempt])
    }

    /// The promise of 250 ends only when every recipient's fate is settled.
    private func finish(_ settlement: Settlement, _ finished: any LaterRows) throws {
        let claim = settlement.claim
        let found = try finished.first { columns in
            Finished(
                number: try columns.integer(), attempts: try columns.integer(), isUnknown: try columns.flag(),
                outcomes: try columns.optionalText(), share: ShareText.read(try columns.text()), size: try columns.integer(),
                recipients: try columns.text(), isInPieces: try columns.flag(), isCounted: try columns.flag())
        }
        guard let found else { throw StoreFailure.claimLost }
        if found.isCounted { try count(-1, octets: -found.size, of: found.share.client) }
        let outcomes = try merged(settlement, found.outcomes)
        let recipients = try MessageText.recipients(found.recipients).count
        guard outcomes.count == recipients else {
            throw StoreFailure.conflict("\(claim.message) has recipients without an outcome: it cannot be done")
        }
        try checkIndices(of: settlement, recipients)
        try end(
            found.number, inPiecesAs: found.isInPieces ? claim.message : nil, why: "",
            attempts: found.attempts - (settlement.isPostponed ? 1 : 0),
            isUnknown: found.isUnknown && settlement.isPostponed, outcomes: MessageText.text(of: outcomes), at: settlement.at)
    }

    private struct Finished {
        let number: Int64
        let attempts: Int64
        let isUnknown: Bool
        let outcomes: String?
        let share: QueueShare
        let size: Int64
        let recipients: String
        let isInPieces: Bool
        let isCounted: Bool
    }

    /// Of a row of the queue: whether what its client has there is counted.
    private static let isCounted = "EXISTS (SELECT 1 FROM clientQueue WHERE client = substr(queue.share, 2))"

    /// Its body goes, and its fate stays for a while. `id`: of a message whose body is in pieces.
    func end(
        _ number: Int64, inPiecesAs id: SpoolID?, why: String, attempts: Int64, isUnknown: Bool, outcomes: String?, at now: Date
    ) throws {
        if let id {
            try run("DELETE FROM content WHERE id = ?", [id.text])
        } else {
            try run("DELETE FROM body WHERE message = ?", [number])
        }
        try run(
            "INSERT INTO fate (message, doneAt, why, attempts, isUnknown, outcomes) VALUES (?, ?, ?, ?, ?, ?)",
            [number, now.milliseconds, why, attempts, isUnknown, outcomes])
    }

    private func keep(_ settlement: Settlement) throws {
        let claim = settlement.claim
        var next = settlement.state.columns
        if let wait = settlement.routeWait { next.due = try due(wait, at: settlement.at) }
        let time = settlement.at.milliseconds
        let lacksRoute = settlement.routeWait != nil
        let found = try first(
            """
            UPDATE queue SET state = ?, why = ?, due = ?, lane = coalesce(?, lane), attempts = attempts - ?,
                pairRefusals = coalesce(?, pairRefusals), claimUntil = NULL, claimNode = NULL, claimIncarnation = NULL, isUnknown = isUnknown AND ?,
                withoutRoute = withoutRoute + CASE WHEN ? THEN 0 ELSE \(dialect.greatest)(0, coalesce(? - lacksRouteSince, 0)) END,
                lacksRouteSince = CASE WHEN ? THEN coalesce(lacksRouteSince, ?) END,
                wish = CASE WHEN ? THEN (SELECT author || '\t' || coalesce(purpose, '') FROM message WHERE number = queue.message) || ? END
            WHERE \(Self.isHeld) RETURNING message, outcomes, share, size
            """,
            [
                next.state.rawValue, next.why, next.due, settlement.lane.map(LaneText.write), settlement.isPostponed ? 1 : 0,
                settlement.pairRefusals.flatMap(MessageText.text), settlement.isPostponed, lacksRoute, time, lacksRoute, time, lacksRoute,
                settlement.routeWait?.isOutside == true ? MessageText.outside : "",
                claim.message.text, claim.claimant.node, claim.claimant.incarnation, claim.attempt,
            ]
        ) {
            (
                number: try $0.integer(), outcomes: try $0.optionalText(), share: ShareText.read(try $0.text()), size: try $0.integer()
            )
        }
        guard let found else { throw StoreFailure.claimLost }
        // What was given up does not count against its client.
        if next.state == .failed { try count(-1, octets: -found.size, of: found.share.client) }
        guard !settlement.outcomes.isEmpty else { return }
        let recipients = try first("SELECT recipients FROM message WHERE number = ?", [found.number]) {
            try MessageText.recipients($0.text()).count
        }
        try checkIndices(of: settlement, recipients ?? 0)
        let outcomes = try merged(settlement, found.outcomes)
        try run("UPDATE queue SET outcomes = ? WHERE message = ?", [MessageText.text(of: outcomes), found.number])
    }

    private func merged(_ settlement: Settlement, _ before: String?) throws -> [Int: RecipientOutcome] {
        let before = try before.map(MessageText.outcomes) ?? [:]
        return try before.merging(settlement.outcomes) { _, _ in
            throw StoreFailure.conflict("a recipient of \(settlement.claim.message) has an outcome already")
        }
    }

    private func checkIndices(of settlement: Settlement, _ recipients: Int) throws {
        guard let strange = settlement.outcomes.keys.first(where: { !(0..<recipients).contains($0) }) else { return }
        throw StoreFailure.conflict("recipient \(strange) of \(settlement.claim.message) is not there")
    }
}

extension Settlement.Next {
    /// As the queue has it.
    fileprivate var columns: (state: QueuedMessage.StateName, why: String, due: Int64?) {
        switch self {
        case .waiting(let until, let why): (.waiting, why, until.milliseconds)
        case .held(let why): (.held, why, nil)
        case .failed(let why): (.failed, why, nil)
        case .done: (.done, "", nil)
        }
    }
}
