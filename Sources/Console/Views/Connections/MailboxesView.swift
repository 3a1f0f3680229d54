internal import Mail
internal import Relay
internal import Web

/// All mailboxes, page by page: those of one grant, or those whose address or login has a text in it.
struct MailboxesView: Sendable {
    static let routes: [ConsoleRoute] = [.get("/mailboxes") { request in .page(try await MailboxesView(request).page()) }]

    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    private func page() async throws -> Page {
        let snapshot = request.dependencies.snapshots.current
        let (text, grant, cursor) = (request.query["q"], request.query["grant"].map { GrantID(trusted: $0) }, request.query["after"])
        let health = try await request.dependencies.health()
        let list = try await Aside.run { MailboxList(snapshot.directory, text: text, grant: grant) }
        let now = request.now
        return Page("mailboxes", "Mailboxes", list.document(after: cursor) { Words.state(health.health(of: $0), at: now) })
    }
}

/// Mailboxes in the order of their addresses, cut into pages.
struct MailboxList: Sendable {
    static let pageSize = 100

    private let text: String?
    private let grant: Grant?
    private let isOfGrant: Bool
    private let directory: Directory
    let mailboxes: [Mailbox]
    let families: [Family]

    init(_ directory: Directory, text: String?, grant: GrantID?) {
        self.directory = directory
        self.text = text
        self.grant = grant.flatMap { directory.grant($0) }
        isOfGrant = grant != nil
        let part = text?.lowercased() ?? ""
        mailboxes = directory.allMailboxes.filter { mailbox in
            (grant ?? mailbox.grant) == mailbox.grant
                && (part.isEmpty || mailbox.address.description.lowercased().contains(part) || mailbox.login.lowercased().contains(part))
        }.sorted { $0.address < $1.address }
        families = directory.allFamilies.filter { family in
            let names = [family.name] + family.members.map(\.description)
            return (grant ?? family.grant) == family.grant && (part.isEmpty || names.contains { $0.lowercased().contains(part) })
        }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    func document(after cursor: String?, state: (Mailbox) -> DocumentValue) -> DocumentValue {
        let start = cursor.flatMap { cursor in mailboxes.firstIndex { $0.id.text == cursor }.map { $0 + 1 } } ?? 0
        let range = start..<min(start + Self.pageSize, mailboxes.count)
        return [
            "q": DocumentValue(text),
            "grant": grant.map { ["id": .text($0.id.text), "name": .text($0.name), "href": .text($0.place)] } ?? .null,
            "is_set": .flag(text != nil || isOfGrant), "has_rows": .flag(!range.isEmpty),
            "rows": .list(mailboxes[range].map { row($0, state($0)) }), "pager": pager(range),
            // They are few, and stand on the first page.
            "has_families": .flag(start == 0 && !families.isEmpty), "families": .list(start == 0 ? families.map(row) : []),
        ]
    }

    /// Members of a family in a cell of the table; its page has them all.
    private static let mostMembers = 5

    private func row(_ family: Family) -> DocumentValue {
        let members = family.members.prefix(Self.mostMembers).map(\.description).joined(separator: ", ")
        let more = family.members.count - Self.mostMembers
        let grant = directory.grant(family.grant)
        return [
            "name": .text(family.name), "href": .text(family.place),
            "members": .text(members + (more > 0 ? " and \(Words.number(more)) more" : "")),
            "transports": .text(family.transports.map(\.rawValue).joined(separator: ", ")),
            "grant_name": .text(grant?.name ?? family.grant.text), "grant_href": DocumentValue(grant?.place),
        ]
    }

    private func row(_ mailbox: Mailbox, _ state: DocumentValue) -> DocumentValue {
        let grant = directory.grant(mailbox.grant)
        return [
            "address": .text(mailbox.address.description), "href": .text(mailbox.place), "login": .text(mailbox.login),
            "transports": .text(mailbox.transports.map(\.rawValue).joined(separator: ", ")), "state": state,
            "grant_name": .text(grant?.name ?? mailbox.grant.text), "grant_href": DocumentValue(grant?.place),
        ]
    }

    private func pager(_ range: Range<Int>) -> DocumentValue {
        guard range.count < mailboxes.count else { return .null }
        let before = range.lowerBound - Self.pageSize
        return [
            "words": .text(
                "\(Words.number(range.lowerBound + 1)) to \(Words.number(range.upperBound)) of \(Words.number(mailboxes.count))"),
            "next": range.upperBound == mailboxes.count ? .null : .text(href(after: mailboxes[range.upperBound - 1].id)),
            "prev": range.lowerBound == 0 ? .null : .text(href(after: before > 0 ? mailboxes[before - 1].id : nil)),
            "next_label": "Next", "prev_label": "Previous",
        ]
    }

    private func href(after id: MailboxID?) -> String {
        let fields = [("q", text), ("grant", grant?.id.text), ("after", id?.text)]
        let query = fields.compactMap { name, value in value.map { "\(name)=\(PercentCoding.encode($0))" } }
        return query.isEmpty ? "/mailboxes" : "/mailboxes?" + query.joined(separator: "&")
    }
}
