internal import Foundation
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// What of a message is a list in one column.
enum MessageText {
    static func text(of author: Author) -> String { ListText.write(author.all.map { [$0.name, $0.address.description] }) }

    static func author(_ text: String) throws -> Author {
        let all = try ListText.rows(text).map { parts in
            guard parts.count == 2, let address = parts[1] else { throw StoreFailure.damaged("an author cannot be read") }
            return NamedAddress(name: parts[0], address: try Columns.address(address))
        }
        guard let first = all.first else { throw StoreFailure.damaged("a message has no author") }
        return Author(first, others: Array(all.dropFirst()))
    }

    /// Author and purpose, and whether it is for recipients outside: messages that have these in common get the same route.
    static func text(of wish: RouteWish) -> String {
        text(of: wish.author) + "\t" + (wish.purpose?.rawValue ?? "") + (wish.isOutside ? outside : "")
    }

    /// Behind such a wish.
    static let outside = "\toutside"

    static func wish(_ text: String) throws -> RouteWish {
        let parts = text.split(separator: "\t", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3 && parts[2] == outside.dropFirst() else {
            throw StoreFailure.damaged("a wish for a route cannot be read")
        }
        return RouteWish(author: try author(String(parts[0])), purpose: Purpose(rawValue: String(parts[1])), isOutside: parts.count == 3)
    }

    static func text(of recipients: [Recipient]) -> String {
        ListText.write(recipients.map { [$0.address.description, $0.notify?.description, $0.originalRecipient] })
    }

    static func recipients(_ text: String) throws -> [Recipient] {
        try ListText.rows(text).map { parts in
            guard parts.count == 3, let address = parts[0] else { throw StoreFailure.damaged("a recipient cannot be read") }
            let notify = try parts[1].map { text in
                guard let notify = Recipient.Notify(text) else { throw StoreFailure.damaged("\(text) is no NOTIFY") }
                return notify
            }
            return Recipient(address: try Columns.address(address), notify: notify, originalRecipient: parts[2])
        }
    }

    /// nil: nobody's fate is settled.
    static func text(of outcomes: [Int: RecipientOutcome]) -> String? {
        guard !outcomes.isEmpty else { return nil }
        return ListText.write(
            outcomes.sorted { $0.key < $1.key }.map { index, outcome in
                switch outcome {
                case .sent(let reply): [String(index), "sent", reply]
                case .refused(let reply): [String(index), "refused", reply]
                }
            })
    }

    static func outcomes(_ text: String) throws -> [Int: RecipientOutcome] {
        var outcomes: [Int: RecipientOutcome] = [:]
        for parts in try ListText.rows(text) {
            guard parts.count == 3, let index = parts[0].flatMap(Int.init), let reply = parts[2] else {
                throw StoreFailure.damaged("an outcome cannot be read")
            }
            switch parts[1] {
            case "sent": outcomes[index] = .sent(reply: reply)
            case "refused": outcomes[index] = .refused(reply: reply)
            default: throw StoreFailure.damaged("\(parts[1] ?? "nothing") is no outcome")
            }
        }
        return outcomes
    }

    /// Provider, login, From, transport, milliseconds, count.
    static func text(of refusals: [PairRefusal]) -> String? {
        guard !refusals.isEmpty else { return nil }
        return ListText.write(
            refusals.map {
                [
                    $0.key.account.provider.text, $0.key.login, $0.key.from.description, $0.key.transport.rawValue,
                    String($0.at.milliseconds), String($0.count),
                ]
            })
    }

    static func pairRefusals(_ text: String) throws -> [PairRefusal] {
        try ListText.rows(text).map { row in
            let parts = row.compactMap(\.self)
            guard parts.count == 6, let transport = Transport(rawValue: parts[3]), let at = Int64(parts[4]), let count = Int(parts[5])
            else {
                throw StoreFailure.damaged("a refusal of a pair cannot be read")
            }
            let account = Account(provider: ProviderID(trusted: parts[0]), login: parts[1])
            let key = StandingKey(account, from: try Columns.address(parts[2]), transport: transport)
            return PairRefusal(key: key, at: Date(milliseconds: at), count: count)
        }
    }
}
