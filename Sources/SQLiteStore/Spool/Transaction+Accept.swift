internal import Foundation
internal import GRDB
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
        try accept(notice.message, lastChunk: Array(rest), number: number, .due, lane: notice.lane)
    }

    func accept(_ message: AcceptedMessage, lastChunk: [UInt8], number: Int, _ beginning: Beginning, lane: Account?) throws {
        let content = try content(of: message.id, at: message.acceptedAt, keeps: true)
        if !lastChunk.isEmpty { try put(lastChunk, number: number, into: content) }
        try checkContent(of: message, content: content, lastChunk: lastChunk, number: number)
        let row = try insert(message, beginning, lane: lane)
        for (number, recipient) in message.envelope.recipients.enumerated() {
            try run(
                "INSERT INTO recipient (message, number, address, notify, orcpt) VALUES (?, ?, ?, ?, ?)",
                [row, number, recipient.address.description, recipient.notify?.description, recipient.originalRecipient])
        }
    }

    /// What was accepted is whole: a body whose first pieces were swept, or never came, is not answered with 250.
    private func checkContent(of message: AcceptedMessage, content: Int64, lastChunk: [UInt8], number: Int) throws {
        guard !message.envelope.recipients.isEmpty else { throw StoreFailure.conflict("a message needs a recipient") }
        var size = Int64(lastChunk.count)
        var count = Int64(lastChunk.isEmpty ? 0 : 1)
        if number > 0 {
            (count, size) =
                try first("SELECT count(*), coalesce(sum(length(bytes)), 0) FROM chunk WHERE content = ?", [content]) {
                    (try $0.integer(), try $0.integer())
                } ?? (0, 0)
        }
        let pieces = number + (lastChunk.isEmpty ? 0 : 1)
        guard size == message.bodySize, count == pieces else {
            throw StoreFailure.conflict(
                "the body is not whole: \(count) of \(pieces) pieces and \(size) of \(message.bodySize) octets are here; send it again")
        }
    }

    /// Pieces of a message that was accepted do not change any more.
    private func content(of message: SpoolID, at now: Date, keeps: Bool) throws -> Int64 {
        let found = try first(
            """
            INSERT INTO content (id, startedAt, isKept) VALUES (?1, ?2, ?3)
            ON CONFLICT (id) DO UPDATE SET isKept = ?3 WHERE NOT isKept RETURNING number
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
            """, [content, number, chunk.data])
    }

    private func insert(_ message: AcceptedMessage, _ beginning: Beginning, lane: Account?) throws -> Int64 {
        let first = try columns(of: beginning, acceptedAt: message.acceptedAt)
        try run(
            """
            INSERT INTO message (
                id, acceptedAt, client, purpose, user, author, sender, ret, envelopeID, hasEnvelopeSender, isAutomatic, bodySize, digest,
                messageID, state, why, attempts, due, isUnknown, lane, lacksRouteSince, header
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, ?, ?, ?)
            """,
            [
                message.id.text, message.acceptedAt.milliseconds, message.client?.text, message.purpose?.rawValue, message.user?.text,
                try MessageRow.text(of: message.author), message.envelope.sender.address?.description, message.envelope.ret?.rawValue,
                message.envelope.envelopeID, message.hasEnvelopeSender, message.isAutomatic, message.bodySize, message.digest.data,
                message.messageID, first.state.rawValue, beginning.why ?? "", first.due, LaneText.write(lane), first.lacksRouteSince,
                message.header.data,
            ])
        return lastNumber
    }

    private func columns(
        of beginning: Beginning, acceptedAt: Date
    ) throws -> (state: QueuedMessage.StateName, due: Int64?, lacksRouteSince: Int64?) {
        switch beginning {
        case .due: (.waiting, acceptedAt.milliseconds, nil)
        case .waiting(let wait): (.waiting, try due(wait, at: acceptedAt), acceptedAt.milliseconds)
        case .held: (.held, nil, nil)
        }
    }
}
