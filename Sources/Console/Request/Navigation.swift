internal import Web
internal import HummingbirdCore
internal import Relay

/// The console's pages in their order, with what waits on them.
enum Navigation {
    private static let entries: [(heading: String?, href: String, label: String)] = [
        (nil, "/", "Overview"), ("Sending", "/tokens", "Connections"), (nil, "/identities", "Who may send as whom"),
        (nil, "/settings", "Settings"),
        (nil, "/users", "Users"), (nil, "/clients", "Clients"), ("Mail", "/explain", "Explain"), (nil, "/queue", "Queue"),
        (nil, "/sent", "Sent"), (nil, "/outcomes", "Outcomes"),
        ("Audit", "/unauthorized", "Unauthorized"), (nil, "/review", "To review"), (nil, "/lint", "Lint"), (nil, "/reach", "Reach"),
        (nil, "/impact", "What if"),
        (nil, "/dmarc", "DMARC"),
        (nil, "/journal", "Journal"),
    ]

    /// Pages below another's heading, by their first step.
    private static let parents = [
        "applications": "/tokens", "mailboxes": "/tokens", "providers": "/tokens", "delegations": "/identities", "denies": "/identities",
        "imports": "/users",
    ]

    static func document(_ request: ConsoleRequest) -> DocumentValue {
        let path = request.http.uri.path
        let own = path.split(separator: "/").first.flatMap { parents[String($0)] } ?? path
        return .list(
            entries.map { entry in
                let isCurrent = entry.href == "/" ? own == "/" || own.isEmpty : own == entry.href || own.hasPrefix(entry.href + "/")
                return [
                    "heading": DocumentValue(entry.heading), "href": .text(entry.href), "label": .text(entry.label),
                    "current": .flag(isCurrent), "badge": nil,
                ]
            })
    }
}
