internal import Web
internal import Relay
internal import struct FoundationEssentials.Date

/// *What if*: whose mail would go another way if something were gone, switched off or set, before anybody does it.
struct ImpactView: Sendable {
    static let routes: [ConsoleRoute] = [.get("/impact") { request in .page(try await ImpactView(request).page()) }]

    /// Rows that a person reads; the CSV file has them all.
    private static let most = 500
    private static let kinds: [(value: String, label: String)] = [
        ("mailbox", "Mailbox"), ("family", "Family"), ("grant", "Grant"), ("consent", "Consent of a grant"), ("application", "Application"),
        ("secret", "Secret of an application"), ("delegation", "Right, by its id"), ("user", "User"), ("client", "Client"),
        ("setting", "Setting"),
    ]

    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    private func page() async throws -> Page {
        let (kind, name) = (request.query["kind"] ?? "mailbox", request.query["name"] ?? "")
        let choices = Self.kinds.map { IdentitiesView.choice($0.value, $0.label, isSelected: $0.value == kind) }
        let asked: DocumentValue = [
            "kinds": .list(choices), "name": .text(name), "value": .text(request.query["value"] ?? ""), "disable": .flag(isDisabling),
        ]
        guard !name.isEmpty else { return Page("impact", "What if", asked.adding([.init("error", nil), .init("answer", nil)])) }
        do {
            let answer = try await answer(kind, name)
            return Page("impact", "What if", asked.adding([.init("error", nil), .init("answer", answer)]))
        } catch let refusal as AdministrationRefusal {
            let page = asked.adding([.init("error", .text(refusal.words)), .init("answer", nil)])
            return Page("impact", "What if", page, status: Problem(refusal).kind.status)
        }
    }

    private var isDisabling: Bool { request.query["disable"] == "true" }

    private func answer(_ kind: String, _ name: String) async throws -> DocumentValue {
        guard let question = WhatIf(kind, name, value: request.query["value"], isOff: isDisabling) else {
            throw AdministrationRefusal(.invalid, "\(kind) is no kind of thing", at: "kind")
        }
        let administration = request.dependencies.administration(for: request.person)
        let (present, future) = (administration.snapshot, try administration.snapshot(if: question))
        let now = request.now
        let mail = try await MailInUse(from: request.dependencies.store, at: now)
        let impact = try await Aside.run { RouteImpact(from: present, to: future, mail: mail, at: now) }
        return [
            "words": .text(impact.words.sentence), "has_rows": .flag(!impact.rows.isEmpty),
            "rows": .list(
                impact.rows.prefix(Self.most).map { row in
                    [
                        "mail": .text(row.subject), "now": .text(row.before), "then": .text(row.after), "is_lost": .flag(row.isLost),
                        "messages": .text(row.messages == 0 ? "" : Words.number(row.messages)),
                    ]
                }),
        ]
    }
}
