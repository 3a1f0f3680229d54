internal import Foundation
internal import Mail
internal import Relay

/// Content and acceptance.
extension Transaction {
    func write(chunk: [UInt8], number: Int, of message: SpoolID, at now: Date) throws {
        let content = try content(of: message, at: now, keeps: false)
        try put(chunk, number: number, into: content)
    }

    /// A notice's body is small, as a rule; an original's long header makes it more than a piece.
    func accept(_ notice: Settlement.Notice) throws {
        var rest = notice.body[...]
        var number = 0
        while rest.count > AcceptedMessage.chunkSize {
            try write(
                chunk: Array(rest.prefix(AcceptedMessage.chunkSize)), number: number, of: notice.message.id, at: notice.message.acceptedAt)
            rest = rest.dropFirst(AcceptedMessage.chunkSize)
            number += 1
        }
        try accept(AcceptanceRow(notice.message, lastChunk: Array(rest), number: number), .due, lane: notice.lane)
    }

    func accept(_ row: AcceptanceRow, _ beginning: Beginning, lane: Account?) throws {
        let message = row.message
        guard !message.envelope.recipients.isEmpty else { throw StoreFailure.conflict("a message needs a recipient") }
        if row.isInPieces {
            try keepPieces(of: row)
        } else if row.lastChunk.count != message.bodySize {
            throw StoreFailure.conflict(
                "the body is not whole: \(row.lastChunk.count) of \(message.bodySize) octets are here; send it again")
        }
        try run(AcceptanceRow.insert, row.arguments)
        // Its number is asked for where it is needed, so that nobody waits for an answer.
        let number = dialect.lastNumber
        if !row.isInPieces, !row.lastChunk.isEmpty { try run("INSERT INTO body (message, bytes) VALUES (\(number), ?)", [row.lastChunk]) }
        let first = try columns(of: beginning, acceptedAt: message.acceptedAt)
        try run(
            """
            INSERT INTO queue (message, state, why, attempts, due, lane, share, size, claimUntil, claimNode, claimIncarnation, isUnknown, lacksRouteSince,
                wish)
            VALUES (\(number), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, false, ?, ?)
            """,
            [
                first.state.rawValue, beginning.why ?? "", first.claimant == nil ? 0 : 1, first.due, LaneText.write(lane),
                row.share, message.size, first.claimUntil, first.claimant?.node, first.claimant?.incarnation, first.lacksRouteSince,
                first.lacksRouteSince.map { _ in MessageText.text(of: RouteWish(author: message.author, purpose: message.purpose)) },
            ])
    }

    /// Takes back a message whose sender was told that it was not accepted: it is to be sent by whoever was told so. Where that cannot be written, a person has to
    /// look at it: whatever is written next must not wait for it.
    func withdrawOrHold(_ message: AcceptedMessage, _ request: RepeatableRequest?) throws {
        do { try apart { try withdraw(message, request) } } catch  where isInTransaction && !StoreFailure(error).spoilsBatch {
            try run(
                """
                UPDATE queue SET state = 'held', why = ?, due = NULL, claimUntil = NULL, claimNode = NULL, claimIncarnation = NULL
                WHERE message = (SELECT number FROM message WHERE id = ?)
                """,
                ["its sender was told that it was not accepted, and it could not be withdrawn: \(StoreFailure(error))", message.id.text])
        }
    }

    private func withdraw(_ message: AcceptedMessage, _ request: RepeatableRequest?) throws {
        let found = try first(
            """
            DELETE FROM queue WHERE message = (SELECT number FROM message WHERE id = ?)
            RETURNING message, attempts, (SELECT isInPieces FROM message WHERE number = queue.message)
            """, [message.id.text]
        ) { (number: try $0.integer(), attempts: try $0.integer(), isInPieces: try $0.flag()) }
        guard let found else { return }
        try count(-1, octets: -Int64(message.size), of: message.client)
        if let request { try run("DELETE FROM repeatable WHERE client = ? AND key = ?", [request.client.text, request.key]) }
        let why = "withdrawn: its sender was told that it was not accepted"
        try end(
            found.number, inPiecesAs: found.isInPieces ? message.id : nil, why: why, attempts: found.attempts, isUnknown: false,
            outcomes: nil, at: message.acceptedAt)
        try append([
            JournalEntry(
                at: message.acceptedAt, kind: .queue, message: message.id, facts: [.init("action", "withdraw"), .init("why", why)])
        ])
    }

    /// What was accepted is whole: a body whose first pieces were swept, or never came, is not answered with 250.
    private func keepPieces(of row: AcceptanceRow) throws {
        let content = try content(of: row.message.id, at: row.message.acceptedAt, keeps: true)
        if !row.lastChunk.isEmpty { try put(row.lastChunk, number: row.number, into: content) }
        let (count, size) =
            try first("SELECT count(*), CAST(coalesce(sum(length(bytes)), 0) AS BIGINT) FROM chunk WHERE content = ?", [content]) {
                (try $0.integer(), try $0.integer())
            } ?? (0, 0)
        let pieces = row.number + (row.lastChunk.isEmpty ? 0 : 1)
        guard size == row.message.bodySize, count == pieces else {
            throw StoreFailure.conflict(
                "the body is not whole: \(count) of \(pieces) pieces and \(size) of \(row.message.bodySize) octets are here; send it again")
        }
    }

    /// Pieces of a message that was accepted do not change any more.
    private func content(of message: SpoolID, at now: Date, keeps: Bool) throws -> Int64 {
        let found = try first(
            """
            INSERT INTO content (id, startedAt, isKept) SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = ?1)
            ON CONFLICT (id) DO UPDATE SET isKept = ?3 WHERE NOT content.isKept RETURNING number
            """, [message.text, now.milliseconds, keeps]
        ) { try $0.integer() }
        guard let found else { throw StoreFailure.conflict("the message \(message) was accepted already") }
        return found
    }

    /// A piece that comes twice replaces itself: who was told `busy` sends it again.
    private func put(_ chunk: [UInt8], number: Int, into content: Int64) throws {
        try run(
            """
            INSERT INTO chunk (content, number, bytes) VALUES (?, ?, ?)
            ON CONFLICT (content, number) DO UPDATE SET bytes = excluded.bytes
            """, [content, number, chunk])
    }

    private struct FirstState {
        let state: QueuedMessage.StateName
        var due: Int64?
        var lacksRouteSince: Int64?
        var claimUntil: Int64?
        var claimant: Claimant?
    }

    private func columns(of beginning: Beginning, acceptedAt: Date) throws -> FirstState {
        switch beginning {
        case .due: FirstState(state: .waiting, due: acceptedAt.milliseconds)
        case .claimed(let claimant, let until): FirstState(state: .claimed, claimUntil: until.milliseconds, claimant: claimant)
        case .waiting(let wait):
            FirstState(state: .waiting, due: try due(wait, at: acceptedAt), lacksRouteSince: acceptedAt.milliseconds)
        case .held: FirstState(state: .held)
        }
    }
}

/// A message as its row has it, made by whoever accepts it: the one thread that writes only binds it.
struct AcceptanceRow: Sendable {
    static let insert = """
        INSERT INTO message (
            id, acceptedAt, client, purpose, "user", author, sender, ret, envelopeID, hasEnvelopeSender, isAutomatic, bodySize, isInPieces, digest,
            messageID, recipients, header
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    let message: AcceptedMessage
    let lastChunk: [UInt8]
    let number: Int
    /// Earlier pieces of its body were written before.
    var isInPieces: Bool { number > 0 }
    private let author: String
    private let recipients: String
    /// Its place in its lane.
    let share: String

    init(_ message: AcceptedMessage, lastChunk: [UInt8], number: Int) {
        self.message = message
        self.lastChunk = lastChunk
        self.number = number
        author = MessageText.text(of: message.author)
        recipients = MessageText.text(of: message.envelope.recipients)
        share = ShareText.write(message.share)
    }

    var arguments: Values {
        [
            message.id.text, message.acceptedAt.milliseconds, message.client?.text, message.purpose?.rawValue, message.user?.text, author,
            message.envelope.sender.address?.description, message.envelope.ret?.rawValue, message.envelope.envelopeID,
            message.hasEnvelopeSender, message.isAutomatic, message.bodySize, isInPieces, message.digest, message.messageID, recipients,
            message.header,
        ]
    }
}
