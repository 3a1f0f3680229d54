internal import Logging

/// The facts that a line of the log can have beside its words, in the order in which it has them. Programs rely on these names, so none is ever given another meaning.
enum LogKey: String, Sendable, CaseIterable {
    case message, way, place, client, purpose, from, recipients, first, size, mailbox, route, transport, verdict, reply, until, code, why,
        milliseconds

    var meaning: String {
        switch self {
        case .message: "the id of the message, as `mandate queue show` takes it"
        case .way: "how it came: smtp, sendmail, http, file"
        case .place: "from where: an address, or the uid of an account"
        case .client: "who brought it, by name; none: the store's owner"
        case .purpose: "what for: notification, ad-hoc, administrator"
        case .from: "its authors when it comes in, its From when it leaves"
        case .recipients: "how many get it, or were tried"
        case .first: "the first of them"
        case .size: "octets"
        case .mailbox: "the login it leaves through"
        case .route: "own, family, alias, send-as, on-behalf, reply-to"
        case .transport: "smtp, graph, gmail"
        case .verdict: "what came of the attempt: sent, retry, refused, denied, …"
        case .reply: "the provider's own words"
        case .until: "when it is looked at again"
        case .code: "a refusal's stable code"
        case .why: "the reason, for people"
        case .milliseconds: "how long the attempt took"
        }
    }

    /// Two columns, for `serve --help`.
    static var table: String {
        let width = allCases.map(\.rawValue.count).max() ?? 0
        return allCases.map { "  \($0.rawValue)\(String(repeating: " ", count: width + 2 - $0.rawValue.count))\($0.meaning)" }.joined(
            separator: "\n")
    }
}

/// Facts for a line, without those that there are not.
struct LogFacts {
    private(set) var metadata: Logger.Metadata = [:]

    mutating func add(_ key: LogKey, _ text: String?) {
        if let text, !text.isEmpty { metadata[key.rawValue] = .string(text) }
    }

    mutating func add(_ key: LogKey, _ number: Int) { metadata[key.rawValue] = .stringConvertible(number) }
}
