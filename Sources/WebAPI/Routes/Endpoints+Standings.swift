internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

extension Endpoints {
    private static let group = "Standings"
    private static let pair = Schema.object([
        .init("mailbox", .line, required: true, "its id or address"), .init("from", .text(format: "email"), required: true),
        .init("transport", .choice(Transport.self), "where none is named: the mailbox's first to be asked, all of them to be forgotten"),
    ])

    static let standings: [Endpoint] = [
        Endpoint(
            .get, "/v1/standings", in: group, "List what is known of each login at a provider, From and transport",
            about: "What is not listed is declared: an administrator said so, and nobody has tried.", for: .readers,
            parameters: [
                .query("login", .line, "only this login"), .query("provider", .line, "only at this provider"),
                .query("from", .text(format: "email"), "only this From"),
                .query("state", .choice(["pending", "proven", "doubted", "denied", "rewritten"]), "only these"),
            ] + WebTable.paging,
            promises: [.init(.ok, "sorted by login, provider, From, transport", .page(of: .named("Standing")))]
        ) { request in
            let from = try request.query.address("from")
            let sorted = request.dependencies.snapshots.current.conditions.allStandings.filter { key, _ in
                (request.query["login"].map { $0 == key.login } ?? true)
                    && (request.query["provider"].map { $0 == key.account.provider.text } ?? true) && (from.map { $0 == key.from } ?? true)
            }
            let wanted = request.query["state"]
            let documents = sorted.map { document($0.key, $0.standing) }.filter { wanted == nil || $0["state"] == wanted.map { .text($0) } }
            return try WebTable.page(documents, request)
        },
        Endpoint(
            .post, "/v1/standings/probe", in: group, "Ask the provider now",
            about:
                "Sends one marked message from the address to the mailbox itself where the provider cannot be asked. A refusal counts at the provider.",
            for: .administrators, body: .json(pair), promises: [.init(.ok, "what is known now", .named("Standing"))], problems: [.provider]
        ) { request in
            let pair = try pair(try await said(request), request.dependencies.administration(for: request.visitor.person))
            let standing = try await request.dependencies.operations.prober.probe(
                pair.keys[0], through: pair.mailbox, by: request.visitor.person)
            await request.dependencies.operations.follower.catchUp()
            return .json(document(pair.keys[0], standing ?? .declared))
        },
        Endpoint(
            .post, "/v1/standings/clear", in: group, "Forget what is known of a pair",
            about: "Mail uses it again, and finds out anew; the warnings say what stands in its way all the same.",
            for: .administrators, body: .json(pair), promises: [.init(.ok, "what is known now", .named("StandingForgotten"))]
        ) { request in
            let said = try await said(request)
            let editor = request.dependencies.editor(for: request.visitor.person)
            var key: StandingKey?
            let plan = try await editor.edit { administration in
                let pair = try pair(said, administration)
                key = pair.keys.first
                return administration.clear(pair)
            }.plan
            guard let key else { throw Problem(.fault, "no pair was found") }
            return .json(document(key, .declared).adding(warnings: plan))
        },
    ]

    private static func said(_ request: APIRequest) async throws -> DocumentFields {
        try await request.document().fields(["mailbox", "from", "transport"])
    }

    private static func pair(_ fields: DocumentFields, _ administration: Administration) throws -> Administration.Pair {
        try administration.pair(
            mailbox: try fields.required("mailbox").line(), from: try fields.required("from").text(), over: try fields["transport"]?.text())
    }

    static func document(_ key: StandingKey, _ standing: Standing) -> DocumentValue {
        let base: DocumentValue = [
            "login": .text(key.login), "provider": .text(key.account.provider.text), "from": .text(key.from.description),
            "transport": .text(key.transport.rawValue),
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
