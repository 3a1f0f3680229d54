internal import HTTPTypes
internal import Relay
internal import Web

/// The page that lets a mailbox send for an address. What the form says is told to the rule book like a request of the API, and its answer is shown.
struct AllowView: Sendable {
    static let routes: [ConsoleRoute] = [
        // A form that an auditor may not send is no page of his.
        ConsoleRoute(method: .get, path: "/delegations/new", isForAuditors: false) { request in .page(AllowView(request).page()) },
        .post("/delegations") { request in try await AllowView(request).allow() },
    ]

    private static let labels: KeyValuePairs = [
        "mailbox": "Mailbox", "covers": "Address or @domain", "valid_from": "Valid from", "valid_until": "Valid until",
    ]
    private static let places = ["mailbox": "g-mailbox", "covers": "g-covers", "valid_from": "g-from", "valid_until": "g-until"]

    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    /// Filled in as far as the link that led here knows: `?from=ADDRESS&mailbox=ADDRESS&kind=KIND`.
    private func page() -> Page {
        var form = RightForm(Self.labels, Self.places)
        form.values = ["mailbox": request.query["mailbox"], "covers": request.query["from"], "kind": request.query["kind"]]
            .compactMapValues(\.self)
        return page(form)
    }

    private func page(_ form: RightForm, status: HTTPResponse.Status = .ok) -> Page {
        let kind = form.values["kind"] ?? Delegation.Kind.sendAs.rawValue
        let kinds = Delegation.Kind.allCases.map { IdentitiesView.choice($0.rawValue, $0.rawValue, isSelected: $0.rawValue == kind) }
        let own: [DocumentValue.Entry] = [
            .init("kinds", .list(kinds)), .init("priority", .text(form.values["priority"] ?? "100")),
            .init("valid_from", form.value("valid_from")), .init("valid_until", form.value("valid_until")),
            .init("allow_unaligned", .flag(form.values["allow_unaligned"] != nil)),
        ]
        return Page("allow", "Allow a mailbox to send as an address", form.document(request.directory).adding(own), status: status)
    }

    private func allow() async throws -> ConsoleAnswer {
        var form = RightForm(Self.labels, Self.places)
        form.take(["mailbox", "covers", "kind", "priority", "valid_from", "valid_until", "reason"], of: request.form)
        if request.form.isTicked("allow_unaligned") { form.values["allow_unaligned"] = "yes" }
        var said = Particulars(
            .delegation, form.values.map { .init($0.key == "allow_unaligned" ? "allows_unaligned" : $0.key, .text($0.value)) })
        if said["kind"] == nil { said["kind"] = .text(Delegation.Kind.sendAs.rawValue) }
        do { return .redirect(form.list, Notice(try await request.editor.edit { try $0.allow(said) }.plan)) } catch let refusal
            as AdministrationRefusal
        {
            form.note(refusal)
            return .page(page(form, status: .unprocessableContent))
        }
    }
}

/// The page that says that a mailbox, or nobody at all, may send for an address.
struct DenyView: Sendable {
    static let routes: [ConsoleRoute] = [
        ConsoleRoute(method: .get, path: "/denies/new", isForAuditors: false) { request in .page(DenyView(request).page()) },
        .post("/denies") { request in try await DenyView(request).deny() },
    ]

    private static let labels: KeyValuePairs = ["mailbox": "Mailbox, or *", "covers": "Address, @domain or *"]
    private static let places = ["mailbox": "d-mailbox", "covers": "d-covers"]

    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    private func page() -> Page {
        var form = RightForm(Self.labels, Self.places)
        form.values = ["mailbox": request.query["mailbox"], "covers": request.query["from"]].compactMapValues(\.self)
        return page(form)
    }

    private func page(_ form: RightForm, status: HTTPResponse.Status = .ok) -> Page {
        Page("deny", "Deny an address", form.document(request.directory), status: status)
    }

    private func deny() async throws -> ConsoleAnswer {
        var form = RightForm(Self.labels, Self.places)
        form.take(["mailbox", "covers", "reason"], of: request.form)
        let said = Particulars(.deny, form.values.map { .init($0.key, .text($0.value)) })
        do { return .redirect(form.list, Notice(try await request.editor.edit { try $0.deny(said) }.plan)) } catch let refusal
            as AdministrationRefusal
        {
            form.note(refusal)
            return .page(page(form, status: .unprocessableContent))
        }
    }
}
