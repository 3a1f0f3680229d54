internal import Web
internal import HTTPTypes
internal import HummingbirdCore
internal import Mail
internal import Relay

/// How a message would be decided now, and by which rules: for an address, a purpose, a whole message that somebody pastes, or one of the spool's.
/// Nothing is kept, and nothing is sent.
struct ExplainView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/explain") { request in
            if let id = request.query["message"] { return .page(try await ExplainView(request).page(ofMessage: id)) }
            return .page(try ExplainView(request).page { request.query[$0] })
        },
        .post("/explain", forAuditors: true) { request in
            .page(try ExplainView(request).page { $0 == "message" ? request.form.typedMessage : request.form[$0] })
        },
    ]

    let request: ConsoleRequest
    /// One snapshot for the whole answer.
    let decider: Decider

    /// The form as it was typed, and what is wrong with it.
    struct Typed: Sendable {
        var address: String?
        var purpose: String?
        var user: String?
        /// By id, or by name.
        var client: String?
        var message: String?
        var errors: [String: String] = [:]

        var isEmpty: Bool { [address, purpose, user, client, message].allSatisfy { $0 == nil } }
    }

    init(_ request: ConsoleRequest) {
        self.request = request
        decider = request.dependencies.decider()
    }

    private func page(_ field: (String) -> String?) throws -> Page {
        var typed = Typed(
            address: field("address"), purpose: field("purpose"), user: field("user"), client: field("client"),
            message: field("message"))
        guard request.http.method == .post || !typed.isEmpty else { return page(typed, nil) }
        let explained = try explained(&typed)
        return page(typed, explained)
    }

    func page(_ typed: Typed, _ explained: ExplainedAnswer?) -> Page {
        Page(
            "explain", "Explain", ["form": document(typed), "result": explained?.document ?? .null],
            status: typed.errors.isEmpty ? .ok : .unprocessableContent)
    }

    private func document(_ typed: Typed) -> DocumentValue {
        let purposes = [("", "none: by the From field")] + Purpose.allCases.map { ($0.rawValue, $0.rawValue) }
        let client = typed.client.flatMap(client)
        let clients =
            [("", "nobody: no limits")]
            + decider.directory.allClients.filter { $0.roles.contains(.sender) || $0.id == client?.id }
            .map { ($0.id.text, $0.name) }.sorted { $0.1 < $1.1 }
        return [
            "address": DocumentValue(typed.address), "purposes": Self.choices(purposes, typed.purpose ?? ""),
            "current_user": DocumentValue(typed.user), "clients": Self.choices(clients, client?.id.text ?? ""),
            "message": DocumentValue(typed.message), "message_open": .flag(typed.message != nil),
            "errors": .map(["address", "user", "message"].map { .init($0, DocumentValue(typed.errors[$0])) }),
        ]
    }

    private static func choices(_ choices: [(value: String, label: String)], _ selected: String) -> DocumentValue {
        .list(
            choices.map { ["value": .text($0.value), "label": .text($0.label), "selected": .flag($0.value == selected)] })
    }

    /// The way here with all that is known where it begins, so that what is explained is what was seen there.
    static func href(_ address: String?, purpose: Purpose? = nil, user: UserID? = nil, client: ClientID? = nil) -> String {
        let fields = [("address", address), ("purpose", purpose?.rawValue), ("user", user?.text), ("client", client?.text)]
        let query = fields.compactMap { name, value in value.map { "\(name)=\(PercentCoding.encode($0))" } }
        return query.isEmpty ? "/explain" : "/explain?" + query.joined(separator: "&")
    }

    func client(_ text: String) -> Client? {
        decider.directory.client(ClientID(trusted: text)) ?? decider.directory.allClients.first { $0.name == text }
    }
}

extension Form {
    /// Just as it was pasted; nil where there is nothing but space.
    fileprivate var typedMessage: String? { self["message"] == nil ? nil : raw("message") }
}
