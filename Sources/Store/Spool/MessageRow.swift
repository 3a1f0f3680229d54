internal import Foundation
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// A message and its place in the queue, or its fate.
struct MessageRow {
    /// The order of reading, which `init` follows.
    static let columns = """
        m.number, m.id, m.acceptedAt, m.client, m.purpose, m."user", m.author, m.sender, m.ret, m.envelopeID, m.hasEnvelopeSender,
        m.isAutomatic, m.bodySize, m.digest, m.messageID, m.recipients, m.header, coalesce(q.state, 'done'), coalesce(q.why, f.why, ''),
        coalesce(q.attempts, f.attempts, 0), q.due, coalesce(q.isUnknown, f.isUnknown, false), coalesce(q.lane, ''), q.lacksRouteSince,
        coalesce(q.withoutRoute, 0), q.pairRefusals, coalesce(q.outcomes, f.outcomes)
        """
    /// What is in the queue.
    static let waiting = "queue q JOIN message m ON m.number = q.message LEFT JOIN fate f ON f.message = q.message"
    /// Whatever became of it.
    static let any = "message m LEFT JOIN queue q ON q.message = m.number LEFT JOIN fate f ON f.message = m.number"

    let number: Int64
    let state: QueuedMessage.StateName
    let why: String
    let attempts: Int
    let due: Int64?
    let isUnknown: Bool
    let lane: Account?
    let lacksRouteSince: Int64?
    /// Milliseconds, before that.
    let withoutRoute: Int64
    let pairRefusals: [PairRefusal]
    let message: AcceptedMessage
    /// By recipient.
    let outcomes: [Int: RecipientOutcome]

    init(_ columns: inout Columns) throws {
        number = try columns.integer()
        message = try Self.message(&columns)
        state = try columns.choice()
        why = try columns.text()
        attempts = Int(try columns.integer())
        due = try columns.optionalInteger()
        isUnknown = try columns.flag()
        lane = try LaneText.read(columns.text())
        lacksRouteSince = try columns.optionalInteger()
        withoutRoute = try columns.integer()
        pairRefusals = try columns.optionalText().map(MessageText.pairRefusals) ?? []
        outcomes = try columns.optionalText().map(MessageText.outcomes) ?? [:]
        if let strange = outcomes.keys.first(where: { !message.envelope.recipients.indices.contains($0) }) {
            throw StoreFailure.damaged("an outcome is that of recipient \(strange), who is not there")
        }
    }

    private static func message(_ columns: inout Columns) throws -> AcceptedMessage {
        let id = SpoolID(trusted: try columns.text())
        let acceptedAt = try columns.date()
        let client = try columns.optionalText().map { ClientID(trusted: $0) }
        let purpose = try columns.optionalChoice(Purpose.self)
        let user = try columns.optionalText().map { UserID(trusted: $0) }
        let author = try MessageText.author(columns.text())
        let sender = try columns.optionalAddress().map { ReversePath.address($0) } ?? .null
        let ret = try columns.optionalChoice(Envelope.Ret.self)
        let envelopeID = try columns.optionalText()
        let hasEnvelopeSender = try columns.flag()
        let isAutomatic = try columns.flag()
        let bodySize = Int(try columns.integer())
        let digest = try columns.bytes()
        let messageID = try columns.text()
        let recipients = try MessageText.recipients(columns.text())
        return AcceptedMessage(
            id: id, acceptedAt: acceptedAt, client: client, purpose: purpose, user: user, author: author,
            envelope: Envelope(sender: sender, recipients: recipients, ret: ret, envelopeID: envelopeID),
            hasEnvelopeSender: hasEnvelopeSender, isAutomatic: isAutomatic, header: try columns.bytes(), bodySize: bodySize,
            digest: digest, messageID: messageID)
    }

    /// Seconds that it had no route, in all.
    func withoutRoute(at now: Date) -> Double {
        Double(withoutRoute + (lacksRouteSince.map { max(0, now.milliseconds - $0) } ?? 0)) / 1000
    }

    var recipients: [QueuedMessage.RecipientState] {
        message.envelope.recipients.enumerated().map { QueuedMessage.RecipientState(recipient: $1, outcome: outcomes[$0]) }
    }
}
