internal import Foundation
internal import GRDB
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// A message as it stands in the table `message`.
struct MessageRow {
    /// The order of reading, which `init` follows.
    static let columns = """
        m.number, m.id, m.acceptedAt, m.client, m.purpose, m.user, m.author, m.sender, m.ret, m.envelopeID, m.hasEnvelopeSender,
        m.isAutomatic, m.bodySize, m.digest, m.messageID, m.header, m.state, m.why, m.attempts, m.due, m.isUnknown, m.lane,
        m.lacksRouteSince, m.withoutRoute, m.pairRefusals
        """

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
    let id: SpoolID
    /// The message, once its recipients are known.
    let message: (_ recipients: [Recipient]) -> AcceptedMessage

    init(_ columns: inout Columns) throws {
        number = try columns.integer()
        let id = SpoolID(trusted: try columns.text())
        let acceptedAt = try columns.date()
        let client = try columns.optionalText().map { ClientID(trusted: $0) }
        let purpose = try columns.optionalChoice(Purpose.self)
        let user = try columns.optionalText().map { UserID(trusted: $0) }
        let author = try Self.author(columns.text())
        let sender = try columns.optionalAddress().map { ReversePath.address($0) } ?? .null
        let ret = try columns.optionalChoice(Envelope.Ret.self)
        let envelopeID = try columns.optionalText()
        let hasEnvelopeSender = try columns.flag()
        let isAutomatic = try columns.flag()
        let bodySize = Int(try columns.integer())
        let digest = try columns.bytes()
        let messageID = try columns.text()
        let header = try columns.bytes()
        self.id = id
        message = { recipients in
            AcceptedMessage(
                id: id, acceptedAt: acceptedAt, client: client, purpose: purpose, user: user, author: author,
                envelope: Envelope(sender: sender, recipients: recipients, ret: ret, envelopeID: envelopeID),
                hasEnvelopeSender: hasEnvelopeSender, isAutomatic: isAutomatic, header: header, bodySize: bodySize, digest: digest,
                messageID: messageID)
        }
        state = try columns.choice()
        why = try columns.text()
        attempts = Int(try columns.integer())
        due = try columns.optionalInteger()
        isUnknown = try columns.flag()
        lane = try LaneText.read(columns.text())
        lacksRouteSince = try columns.optionalInteger()
        withoutRoute = try columns.integer()
        pairRefusals = try columns.optionalText().map(Self.pairRefusals) ?? []
    }

    /// Seconds that it had no route, in all.
    func withoutRoute(at now: Date) -> Double {
        Double(withoutRoute + (lacksRouteSince.map { max(0, now.milliseconds - $0) } ?? 0)) / 1000
    }

    /// Provider, login, From, transport, milliseconds, count.
    static func text(of refusals: [PairRefusal]) throws -> String? {
        guard !refusals.isEmpty else { return nil }
        return try ListText.write(
            refusals.map {
                [
                    $0.key.account.provider.text, $0.key.login, $0.key.from.description, $0.key.transport.rawValue,
                    String($0.at.milliseconds), String($0.count),
                ]
            })
    }

    private static func pairRefusals(_ text: String) throws -> [PairRefusal] {
        let rows: [[String]] = try ListText.read(text)
        return try rows.map { parts in
            guard parts.count == 6, let transport = Transport(rawValue: parts[3]), let at = Int64(parts[4]), let count = Int(parts[5])
            else {
                throw StoreFailure.damaged("a refusal of a pair cannot be read")
            }
            let account = Account(provider: ProviderID(trusted: parts[0]), login: parts[1])
            let key = StandingKey(account, from: try Columns.address(parts[2]), transport: transport)
            return PairRefusal(key: key, at: Date(milliseconds: at), count: count)
        }
    }

    static func text(of author: Author) throws -> String { try ListText.write(author.all.map { [$0.name, $0.address.description] }) }

    static func author(_ text: String) throws -> Author {
        let names: [[String?]] = try ListText.read(text)
        let all = try names.map { parts in
            guard parts.count == 2, let address = parts[1] else { throw StoreFailure.damaged("an author cannot be read") }
            return NamedAddress(name: parts[0], address: try Columns.address(address))
        }
        guard let first = all.first else { throw StoreFailure.damaged("a message has no author") }
        return Author(first, others: Array(all.dropFirst()))
    }
}

extension Transaction {
    /// Recipients of these messages with their outcomes, in the envelope's order.
    func recipients(of messages: [Int64]) throws -> [Int64: [QueuedMessage.RecipientState]] {
        guard !messages.isEmpty else { return [:] }
        var found: [Int64: [QueuedMessage.RecipientState]] = [:]
        let sql = """
            SELECT message, address, notify, orcpt, outcome, reply FROM recipient
            WHERE message IN (SELECT value FROM json_each(?)) ORDER BY message, number
            """
        try each(sql, [try ListText.write(messages)]) { columns in
            let message = try columns.integer()
            let address = try columns.address()
            let notify = try columns.optionalText().map { text in
                guard let notify = Recipient.Notify(text) else { throw StoreFailure.damaged("\(text) is no NOTIFY") }
                return notify
            }
            let recipient = Recipient(address: address, notify: notify, originalRecipient: try columns.optionalText())
            let outcome = try Self.outcome(columns.optionalText(), columns.optionalText())
            found[message, default: []].append(QueuedMessage.RecipientState(recipient: recipient, outcome: outcome))
        }
        return found
    }

    private static func outcome(_ name: String?, _ reply: String?) throws -> RecipientOutcome? {
        guard let name, let reply else { return nil }
        switch name {
        case "sent": return .sent(reply: reply)
        case "refused": return .refused(reply: reply)
        default: throw StoreFailure.damaged("\(name) is no outcome")
        }
    }
}

extension RecipientOutcome {
    /// As the table has it.
    var columns: (name: String, reply: String) {
        switch self {
        case .sent(let reply): ("sent", reply)
        case .refused(let reply): ("refused", reply)
        }
    }
}
