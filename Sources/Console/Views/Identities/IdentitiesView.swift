internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// Who may send as whom: each pair of address and mailbox with what is known of it, as a drawing and as a table, and the forms that grant and
/// deny.
struct IdentitiesView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/identities") { request in .page(try await IdentitiesView(request).page()) },
        .post("/delegations") { request in try await IdentitiesView(request).grant() },
        .post("/delegations/{id}/revoke") { request in try await IdentitiesView(request).revoke() },
        .post("/denies") { request in try await IdentitiesView(request).deny() },
        .post("/denies/{id}/remove") { request in try await IdentitiesView(request).removeDeny() },
        .post("/standings/probe") { request in try await IdentitiesView(request).probe() },
        .post("/standings/clear") { request in try await IdentitiesView(request).clear() },
    ]

    let request: ConsoleRequest
    var now: Date { request.now }

    /// A form as it was typed, and what is wrong with it.
    struct Typed: Sendable {
        var values: [String: String] = [:]
        var errors: [String: String] = [:]
        /// Of the form as a whole.
        var error: String?

        func value(_ field: String) -> DocumentValue { DocumentValue(values[field]) }

        func errors(_ fields: [String]) -> DocumentValue { .map(fields.map { .init($0, DocumentValue(errors[$0])) }) }

        /// Beside its field where there is a place for that, else above the form.
        mutating func note(_ refusal: AdministrationRefusal, in fields: [String]) {
            if fields.contains(refusal.field) {
                errors[refusal.field] = refusal.words
            } else {
                error = refusal.words
            }
        }
    }

    init(_ request: ConsoleRequest) { self.request = request }

    /// Entries that a browser offers while somebody types: more are slow to load and to look through.
    private static let mostChoices = 500

    func page(
        grant: Typed = Typed(), deny: Typed = Typed(), status: HTTPResponse.Status = .ok, notice: Notice? = nil
    ) async throws -> Page {
        let filter = filter
        let snapshot = request.dependencies.snapshots.current
        let now = now
        let list = try await Aside.run { PairList(snapshot, filter, at: now) }
        let health = try await request.dependencies.health()
        let range = list.page(after: request.query["after"])
        let directory = snapshot.directory
        return Page(
            "identities", "Identities",
            [
                "filter": document(filter), "graph": graph(list, directory, health)?.document ?? .null, "has_rows": .flag(!range.isEmpty),
                "total": range.isEmpty ? .null : .text(list.words), "rows": .list(list.pairs[range].map { row($0, directory) }),
                "pager": pager(list, range, filter), "denies": .list(denies(directory, filter)),
                "mailbox_choices": DocumentValue(directory.allMailboxes.prefix(Self.mostChoices).map(\.address.description).sorted()),
                "address_choices": DocumentValue(
                    directory.allUsers.prefix(Self.mostChoices).compactMap { $0.primaryAddress?.address.description }.sorted()),
                "grant": document(grant: grant), "deny": document(deny: deny),
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

    private static func choice(_ value: String, _ label: String, isSelected: Bool) -> DocumentValue {
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
        return found.prefix(Self.mostChoices).map { deny, mailbox in
            [
                "id": .text(PercentCoding.encode(deny.id.text)), "mailbox": .text(mailbox ?? "nobody may (*)"),
                "covers": .text(deny.covers.description), "reason": DocumentValue(deny.reason.isEmpty ? nil : deny.reason),
                "etag": .text(EntityTag.of(.deny(deny))),
            ]
        }
    }

    private func document(grant: Typed) -> DocumentValue {
        let kind = grant.values["kind"] ?? Delegation.Kind.sendAs.rawValue
        return [
            "error": DocumentValue(grant.error), "mailbox": grant.value("mailbox"), "covers": grant.value("covers"),
            "kinds": .list(
                Delegation.Kind.allCases.map { Self.choice($0.rawValue, $0.rawValue, isSelected: $0.rawValue == kind) }),
            "priority": .text(grant.values["priority"] ?? "100"), "valid_from": grant.value("valid_from"),
            "valid_until": grant.value("valid_until"), "reason": grant.value("reason"),
            "allow_unaligned": .flag(grant.values["allow_unaligned"] != nil), "errors": grant.errors(Self.grantFields),
        ]
    }

    private func document(deny: Typed) -> DocumentValue {
        [
            "error": DocumentValue(deny.error), "mailbox": deny.value("mailbox"), "covers": deny.value("covers"),
            "reason": deny.value("reason"), "errors": deny.errors(Self.denyFields),
        ]
    }
}
