internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

extension Endpoints {
    private static let group = "Standings"
    private static let pair = Schema.object([
        .init("mailbox", .line, required: true, "its id"), .init("from", .text(format: "email"), required: true),
        .init("transport", .choice(Transport.self), "the mailbox's first, unless said otherwise"),
    ])

    static let standings: [Endpoint] = [
        Endpoint(
            .get, "/v1/standings", in: group, "List what is known of each login, From and transport",
            about: "What is not listed is declared: an administrator said so, and nobody has tried.", for: .readers,
            parameters: [.query("login", .line, "only this login"), .query("from", .text(format: "email"), "only this From")],
            promises: [.init(.ok, "sorted by login, From, transport", .page(of: .named("Standing")))]
        ) { call in
            let from = try call.query.address("from")
            let sorted = call.office.shelf.current.conditions.allStandings.filter { key, _ in
                (call.query["login"].map { $0 == key.login } ?? true) && (from.map { $0 == key.from } ?? true)
            }
            return .json(["items": .list(sorted.map { document($0.key, $0.standing) }), "next": nil])
        },
        Endpoint(
            .post, "/v1/standings/probe", in: group, "Ask the provider now",
            about:
                "Sends one marked message from the address to the mailbox itself where the provider cannot be asked. A refusal counts at the provider.",
            for: .administrators, body: .json(pair), promises: [.init(.ok, "what is known now", .named("Standing"))], problems: [.provider]
        ) { call in
            let (key, mailbox) = try await pair(call)
            let standing = try await call.office.operations.probe(key, mailbox, call.visitor.person)
            _ = await call.office.operations.catchUp()
            return .json(document(key, standing ?? .declared))
        },
        Endpoint(
            .post, "/v1/standings/clear", in: group, "Forget what is known of a pair", about: "Mail uses it again, and finds out anew.",
            for: .administrators, body: .json(pair), promises: [.init(.ok, "what is known now", .named("Standing"))]
        ) { call in
            let (key, mailbox) = try await pair(call)
            try await StandingDesk(office: call.office, person: call.visitor.person).clear(key, of: mailbox)
            return .json(document(key, .declared))
        },
    ]

    private static func pair(_ call: Call) async throws -> (StandingKey, Mailbox) {
        let fields = try await call.document().fields(["mailbox", "from", "transport"])
        let named = try fields.required("mailbox")
        guard let mailbox = call.office.directory.mailbox(MailboxID(trusted: try named.line())) else {
            throw named.problem("there is no such mailbox")
        }
        let transport = try fields["transport"]?.choice(Transport.self) ?? mailbox.firstTransport
        return (StandingKey(login: mailbox.login, from: try fields.required("from").address(), transport: transport), mailbox)
    }

    static func document(_ key: StandingKey, _ standing: Standing) -> DocumentValue {
        let base: DocumentValue = [
            "login": .text(key.login), "from": .text(key.from.description), "transport": .text(key.transport.rawValue),
        ]
        let rest: DocumentValue =
            switch standing {
            case .declared: ["state": "declared"]
            case .pending(let until, let denied, let probes):
                ["state": "pending", "until": DocumentValue(until), "denied_at": DocumentValue(denied), "probes": DocumentValue(probes)]
            case .proven(let at, let how): ["state": "proven", "at": DocumentValue(at), "how": .text(how)]
            case .doubted(let doubt):
                [
                    "state": "doubted", "at": DocumentValue(doubt.since), "code": .text(doubt.code), "probes": DocumentValue(doubt.probes),
                    "needs": DocumentValue(doubt.needs), "next_probe": DocumentValue(doubt.nextProbe), "tries": DocumentValue(doubt.tries),
                    "next_try": DocumentValue(doubt.nextTry),
                ]
            case .denied(let at, let code): ["state": "denied", "at": DocumentValue(at), "code": .text(code)]
            case .rewritten(let at, let to): ["state": "rewritten", "at": DocumentValue(at), "to": .text(to)]
            }
        guard case .map(let entries) = rest else { return base }
        return base.adding(entries)
    }
}
