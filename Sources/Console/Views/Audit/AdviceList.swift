internal import Mail
internal import Relay

/// An advice as a list of steps, and the ways to the pages where they are done, so that a row is mended from itself.
struct AdviceList: Sendable {
    private let remedy: Remedy
    /// What it is about, as far as that is known.
    private let address: String?
    private let user: UserID?
    private let client: ClientID?

    init(_ remedy: Remedy, address: String? = nil, user: UserID? = nil, client: ClientID? = nil) {
        self.remedy = remedy
        self.address = address
        self.user = user
        self.client = client
    }

    var document: [DocumentValue.Entry] {
        let ways = ways
        return [
            .init("steps", .list(remedy.steps.map(step))), .init("has_ways", .flag(!ways.isEmpty)),
            .init("ways", .list(ways.map { ["label": .text($0.label), "href": .text($0.href)] })),
        ]
    }

    private func step(_ step: Remedy.Step) -> DocumentValue {
        let isCode =
            switch step.kind {
            case .look, .command: true
            case .provider: Words.isCode(step.text)
            case .words: false
            }
        let notes = [step.kind == .provider ? "at the provider" : "", step.aim].filter { !$0.isEmpty }
        return [
            "text": .text(step.text), "is_code": .flag(isCode), "note": DocumentValue(notes.isEmpty ? nil : notes.joined(separator: ", ")),
        ]
    }

    /// Each page once, in the order of the steps.
    private var ways: [(label: String, href: String)] {
        var ways: [(label: String, href: String)] = []
        for step in remedy.steps where step.kind == .look || step.kind == .command {
            guard let way = way(step.text.split(separator: " ").map { String($0.filter { $0 != "'" }) }) else { continue }
            if !ways.contains(where: { $0.href == way.href }) { ways.append(way) }
        }
        return ways
    }

    /// The page that does what a command of ours does; nil: none does.
    private func way(_ words: [String]) -> (label: String, href: String)? {
        guard words.count > 2, words[0] == "mandate" else { return nil }
        switch (words[1], words[2]) {
        case ("delegations", "allow"): return ("Allow", "/delegations/new" + query(["from": address, "mailbox": mailbox(words)]))
        case ("delegations", "deny"): return ("Deny", "/denies/new" + query(["from": address, "mailbox": "*"]))
        case ("delegations", _), ("standings", _): return ("Who may send as it", "/identities" + query(["q": address]))
        case ("audit", "journal"): return ("In the journal", "/journal" + query(["as": address]))
        case ("settings", _): return ("Settings", "/settings")
        case ("users", "add"): return ("New user", "/users/new")
        case ("users", _): return ("The user", user.map { UsersView.href($0) } ?? "/users")
        case ("clients", _): return ("The client", client.map { "/clients/\(PercentCoding.encode($0.text))" } ?? "/clients")
        case ("mailboxes", "check"), ("mailboxes", "resume"): return ("Mailboxes", "/mailboxes")
        case ("mailboxes", "add"), ("grants", _), ("applications", _): return ("Connections", "/tokens")
        default: return nil
        }
    }

    /// Capitals stand for what only the administrator knows.
    private func mailbox(_ words: [String]) -> String? { words.count > 3 && words[3].contains("@") ? words[3] : nil }

    private func query(_ fields: KeyValuePairs<String, String?>) -> String {
        guard address != nil else { return "" }
        return "?" + fields.compactMap { name, value in value.map { "\(name)=\(PercentCoding.encode($0))" } }.joined(separator: "&")
    }
}
