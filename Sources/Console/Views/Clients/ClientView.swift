internal import HTTPTypes
internal import Mail
internal import Relay
internal import Web
internal import struct FoundationEssentials.Date

/// One client: how it is known, what it may do, and what would become of its mail.
struct ClientView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/clients/{id}") { request in .page(try ClientView(request).page()) },
        .post("/clients/{id}/roles") { request in try await ClientView(request).changeRoles() },
        .post("/clients/{id}/limits") { request in try await ClientView(request).changeLimits() },
        .post("/clients/{id}/tokens") { request in try await ClientView(request).changeTokens() },
    ]

    let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    /// `forms`: as they were sent, where something of them is refused.
    func page(_ forms: ClientForms? = nil, status: HTTPResponse.Status = .ok) throws -> Page {
        let client = try client()
        let facts = ClientFacts(
            client: client, snapshot: request.dependencies.snapshots.current, isOneself: client.id == request.visitor.client?.id,
            now: request.now, forms: forms)
        return Page("client", client.name, facts.document, status: status)
    }

    func client() throws(Problem) -> Client {
        guard let client = request.directory.client(ClientID(trusted: request.path("id"))) else {
            throw Problem(.notFound, "there is no such client", fix: "look for it among all clients, at /clients")
        }
        return client
    }
}

/// What the page of a client says. A value, so that the page is a test.
struct ClientFacts: Sendable {
    /// Addresses whose prospects are worked out: the command has the others.
    private static let mostAddresses = 100

    let client: Client
    let snapshot: Snapshot
    /// Who looks at it.
    let isOneself: Bool
    let now: Date
    /// nil: as the client is.
    var forms: ClientForms?

    private var directory: Directory { snapshot.directory }

    var document: DocumentValue {
        let isSender = client.roles.contains(.sender)
        let rights = client.tokenRights.map(right)
        let facts: DocumentValue = [
            "id": .text(PercentCoding.encode(client.id.text)), "name": .text(client.name), "etag": .text(EntityTag.of(.client(client))),
            "state": client.isEnabled ? Words.badge("good", "enabled") : Words.badge("off", "revoked"), "enabled": .flag(client.isEnabled),
            "known_by": .text(client.credential.words), "roles": .text(Role.sorted(client.roles).joined(separator: ", ")),
            "default_purpose": DocumentValue(client.defaultPurpose?.rawValue), "default_user": DocumentValue(client.defaultUser?.text),
            "user_href": DocumentValue(client.defaultUser.map { UsersView.href($0) }),
            "author_if_unusable": DocumentValue(client.authorIfUnusable?.description),
            "notice_address": DocumentValue(client.noticeAddress?.description), "is_sender": .flag(isSender),
            "is_unlimited": .flag(isSender && client.limits.areEmpty), "has_key": .flag(client.isEnabled && client.credential.isKey),
            "is_oneself": .flag(isOneself), "purposes": .list(isSender ? purposes : []), "addresses": .list(isSender ? addresses : []),
            "any_address": .flag(isSender && client.limits.addresses.isEmpty), "more_addresses": more, "rights": .list(rights),
            "has_rights": .flag(!rights.isEmpty), "wants_tokens": .flag(isSender),
            "strict": .flag(client.isStrict), "command": .text("mandate clients show \(client.name.shellQuoted)".pasteable),
        ]
        let place = "/clients/\(PercentCoding.encode(client.id.text))"
        return facts.adding(
            (forms ?? ClientForms(client, directory)).document(directory)
                + [StewardCard(entity: .client(client), place: place, now: now).document])
    }

    private var decider: Decider { Decider(directory: directory, conditions: snapshot.conditions) }

    /// Those that it may name; none said: all of them.
    private var purposes: [DocumentValue] {
        let decider = decider
        return Purpose.allCases.filter { client.limits.purposes.isEmpty || client.limits.purposes.contains($0) }.map { purpose in
            let outlook = decider.outlook(purpose, at: now)?.document
            let href = ExplainView.href(nil, purpose: purpose, user: client.defaultUser, client: client.id)
            return ["what": .text(purpose.rawValue), "outlook": outlook ?? .null, "href": .text(href)]
        }
    }

    /// What a message of its own from there would be told.
    private var addresses: [DocumentValue] {
        let decider = decider
        return client.limits.addresses.prefix(Self.mostAddresses).map { pattern in
            guard case .address(let address) = pattern else { return ["what": .text(pattern.description), "outlook": nil, "href": nil] }
            let question = Question(from: .authors(Author(NamedAddress(address: address))), client: client, at: now)
            return [
                "what": .text(address.description), "outlook": decider.outlook(decider.decide(question)).document,
                "href": .text(ExplainView.href(address.description, user: client.defaultUser, client: client.id)),
            ]
        }
    }

    private var more: DocumentValue {
        let more = client.limits.addresses.count - Self.mostAddresses
        return more > 0 ? .text("and \(Words.number(more)) more") : .null
    }

    private func right(_ right: Client.TokenRight) -> DocumentValue {
        let (name, isThere) =
            switch right.row {
            case .mailbox(let id): (directory.mailbox(id)?.address.description ?? id.text, directory.mailbox(id) != nil)
            case .family(let id): ("\(directory.family(id)?.name ?? id.text) (family)", directory.family(id) != nil)
            }
        return ["name": .text(name), "href": DocumentValue(isThere ? right.row.place : nil), "whole_grant": .flag(right.coversWholeGrant)]
    }
}
