internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// Who may send as whom: each pair of address and mailbox with what is known of it, as a drawing and as a table.
struct IdentitiesView: Sendable {
    static let routes: [ConsoleRoute] =
        AllowView.routes + DenyView.routes + [
            .get("/identities") { request in .page(try await IdentitiesView(request).page()) },
            .post("/delegations/{id}/revoke") { request in try await IdentitiesView(request).revoke() },
            .post("/denies/{id}/remove") { request in try await IdentitiesView(request).removeDeny() },
            .post("/standings/probe") { request in try await IdentitiesView(request).probe() },
            .post("/standings/clear") { request in try await IdentitiesView(request).clear() },
        ]

    let request: ConsoleRequest
    var now: Date { request.now }

    init(_ request: ConsoleRequest) { self.request = request }

    /// Deny entries that a person reads.
    private static let mostDenies = 500

    func page(status: HTTPResponse.Status = .ok, notice: Notice? = nil) async throws -> Page {
        let filter = filter
        let snapshot = request.dependencies.snapshots.current
        let now = now
        let list = try await Aside.run { PairList(snapshot, filter, at: now) }
        let health = try await request.dependencies.health()
        let range = list.page(after: request.query["after"])
        let directory = snapshot.directory
        let own = href(filter, after: request.query["after"])
        return Page(
            "identities", "Who may send as whom",
            [
                "filter": document(filter), "graph": graph(list, directory, health)?.document ?? .null, "has_rows": .flag(!range.isEmpty),
                "total": range.isEmpty ? .null : .text(list.words),
                "rows": .list(list.pairs[range].map { PairRow(pair: $0, directory: directory, now: now, place: own).document }),
                "pager": pager(list, range, filter), "denies": .list(denies(directory, filter)),
            ], status: status, notice: notice)
    }

    /// A word that no list offers is looked for all the same, and nothing fits it.
    private var filter: PairList.Filter {
        PairList.Filter(text: request.query["q"], kind: request.query["kind"], state: request.query["state"])
    }

    private func document(_ filter: PairList.Filter) -> DocumentValue {
        [
            "q": DocumentValue(filter.text), "kinds": Self.choices(PairList.Filter.kinds, filter.kind),
            "states": Self.choices(PairList.Filter.states, filter.state), "is_set": .flag(filter.isSet),
        ]
    }

    private static func choices(_ words: [String], _ selected: String?) -> DocumentValue {
        .list(
            [choice("", "any", isSelected: selected == nil)] + words.map { choice($0, $0, isSelected: $0 == selected) })
    }

    static func choice(_ value: String, _ label: String, isSelected: Bool) -> DocumentValue {
        ["value": .text(value), "label": .text(label), "selected": .flag(isSelected)]
    }

    private func pager(_ list: PairList, _ range: Range<Int>, _ filter: PairList.Filter) -> DocumentValue {
        guard range.count < list.pairs.count else { return .null }
        let isLast = range.upperBound == list.pairs.count
        return [
            "words": .text(
                "\(Words.number(range.lowerBound + 1)) to \(Words.number(range.upperBound)) of \(Words.number(list.pairs.count))"),
            "next": isLast ? .null : .text(href(filter, after: list.pairs[range.upperBound - 1].key)),
            "prev": range.lowerBound == 0 ? .null : .text(href(filter, after: list.cursor(before: range))),
            "next_label": "Next", "prev_label": "Previous",
        ]
    }

    private func href(_ filter: PairList.Filter, after cursor: String?) -> String {
        let fields = [("q", filter.text), ("kind", filter.kind), ("state", filter.state), ("after", cursor)]
        let query = fields.compactMap { name, value in value.map { "\(name)=\(PercentCoding.encode($0))" } }
        return query.isEmpty ? "/identities" : "/identities?" + query.joined(separator: "&")
    }

    private func denies(_ directory: Directory, _ filter: PairList.Filter) -> [DocumentValue] {
        let text = filter.text?.lowercased() ?? ""
        let rows = directory.allDenials.sorted { ($0.covers.description, $0.id) < ($1.covers.description, $1.id) }.map { deny in
            (deny: deny, mailbox: deny.mailbox.map { directory.mailbox($0)?.address.description ?? $0.text })
        }
        let found = rows.filter { deny, mailbox in
            text.isEmpty || deny.covers.description.lowercased().contains(text) || (mailbox?.lowercased().contains(text) ?? false)
        }
        return found.prefix(Self.mostDenies).map { deny, mailbox in
            [
                "id": .text(PercentCoding.encode(deny.id.text)), "mailbox": .text(mailbox ?? "nobody may (*)"),
                "covers": .text(deny.covers.description), "reason": DocumentValue(deny.reason.isEmpty ? nil : deny.reason),
                "etag": .text(EntityTag.of(.deny(deny))),
            ]
        }
    }
}
