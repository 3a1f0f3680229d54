internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay

/// Programs and people who may ask, send or look: how each is known, what it may do, and the form that lets another in.
struct ClientsView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/clients") { request in .page(ClientsView(request).page()) },
        .post("/clients") { request in try await ClientsView(request).add() },
        .post("/clients/{id}/revoke") { request in try await ClientsView(request).revoke() },
        .post("/clients/{id}/key") { request in try await ClientsView(request).renewKey() },
        .post("/clients/{id}/remove") { request in try await ClientsView(request).remove() },
    ]

    let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    /// `warned`: who was told that revoking himself signs him out; his row then takes yes for an answer.
    func page(
        _ form: ClientForm = ClientForm(), warned: ClientID? = nil, status: HTTPResponse.Status = .ok, notice: Notice? = nil
    ) -> Page {
        let clients = request.directory.allClients.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        let values: DocumentValue = [
            "has_clients": .flag(!clients.isEmpty), "rows": .list(clients.map { row($0, isWarned: $0.id == warned) }),
            "error": DocumentValue(form.error), "values": form.document, "errors": form.errorsDocument,
            "known_choices": .list(
                ClientForm.Known.allCases.map { known in
                    [
                        "value": .text(known.rawValue), "label": .text(known.label), "about": .text(known.about),
                        "selected": .flag(known == form.known ?? .key),
                    ]
                }),
            "role_choices": Role.choices(form.roles), "least": .text(String(PasswordHash.leastLength)),
        ]
        return Page("clients", "Clients", values.adding(form.limits.choices), status: status, notice: notice)
    }

    private func row(_ client: Client, isWarned: Bool) -> DocumentValue {
        [
            "id": .text(PercentCoding.encode(client.id.text)), "name": .text(client.name), "href": .text(client.place),
            "known_by": .text(client.credential.words),
            "roles": .text(Role.sorted(client.roles).joined(separator: ", ")), "limits": .text(client.limits.words),
            "unlimited": client.isUnlimitedSender ? Words.badge("wait", "may send as anybody") : .null,
            "tokens": .list(client.tokenRights.map { .text(request.directory.words(of: $0)) }),
            "state": [
                "kind": client.isEnabled ? "good" : "off", "word": client.isEnabled ? "enabled" : "revoked", "reason": nil, "since": nil,
                "ends": nil, "last": nil,
            ],
            "enabled": .flag(client.isEnabled), "has_key": .flag(client.isEnabled && client.credential.isKey),
            "warned": .flag(isWarned), "etag": .text(EntityTag.of(.client(client))),
        ]
    }
}

extension Client.Credential {
    var isKey: Bool { if case .key = self { true } else { false } }
}

extension Client.Limits {
    /// Patterns in a row of the table: a client with more is looked at with the command.
    private static let mostShown = 20

    fileprivate var words: String {
        let purposes = sortedPurposes.joined(separator: ", ")
        var addresses = addresses.prefix(Self.mostShown).map(\.description).joined(separator: ", ")
        if self.addresses.count > Self.mostShown { addresses += " and \(Words.number(self.addresses.count - Self.mostShown)) more" }
        let parts = [purposes, addresses].filter { !$0.isEmpty }
        return parts.isEmpty ? "none" : parts.joined(separator: "; ")
    }
}
