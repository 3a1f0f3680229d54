internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay

extension Endpoints {
    private static let group = "Consents and checks"

    static let consents: [Endpoint] = [
        Endpoint(
            .post, "/v1/grants/{id}/consents", in: group, "Begin a consent",
            about: """
                `browser`: open `address` in a browser; it comes back here. `device`: type `user_code` at `address` on any screen. Either way a quarter of an hour; \
                what became of it is at `/v1/consents/{id}`.
                """,
            for: .administrators, parameters: [.path("id", "the grant")],
            body: .json(.object([.init("way", .choice(["browser", "device"]), required: true)]), example: #"{"way": "browser"}"#),
            promises: [.init(.created, "it waits for a person", .named("Consent"), headers: ["Location"])],
            problems: [.notFound, .provider, .conflict]
        ) { request in
            let way = try await request.document().fields(["way"]).required("way").text()
            let controller = GrantController(dependencies: request.dependencies, person: request.visitor.person)
            let grant = try controller.grant(request.path("id"))
            let begun: DocumentValue
            switch way {
            case "browser":
                let attempt = try await controller.begin(grant)
                let address = request.dependencies.address.start(attempt.application.text, consent: attempt.id.text)
                begun = document(attempt).adding([.init("address", .text(address))])
            case "device":
                let invitation = try await controller.invite(grant)
                begun = document(invitation.attempt).adding([
                    .init("address", .text(invitation.answer.completeURI ?? invitation.answer.verificationURI)),
                    .init("user_code", .text(invitation.answer.userCode)),
                ])
            default: throw Problem(.invalid, "way is browser or device", place: "way")
            }
            guard case .text(let id)? = begun["id"] else { throw Problem(.fault, "a consent has an id") }
            return Reply.json(begun, .created).with(
                .location, "\(request.dependencies.address.path)/v1/consents/\(PercentCoding.encode(id))")
        },
        Endpoint(
            .get, "/v1/consents/{id}", in: group, "What became of a consent", for: .readers, parameters: [.path("id", "as it was begun")],
            promises: [.init(.ok, "so far", .named("Consent"))], problems: [.notFound]
        ) { request in
            guard let id = ConsentID(request.path("id")), let attempt = try await request.dependencies.store.consent(id) else {
                throw Problem(.notFound, "there is no consent \(request.path("id")), or it is long over")
            }
            return .json(document(attempt))
        },
        Endpoint(
            .post, "/v1/grants/{id}/renew", in: group, "Have a new access token now", for: .administrators,
            parameters: [.path("id", "the grant"), .query("login", .line, "of a service account: which mailbox's")],
            promises: [.init(.ok, "when it ends; the token itself is not told", .object([.init("expires", .moment, required: true)]))],
            problems: [.notFound, .provider]
        ) { request in
            let controller = GrantController(dependencies: request.dependencies, person: request.visitor.person)
            return .json([
                "expires": DocumentValue(
                    try await controller.renew(try controller.grant(request.path("id")), login: request.query["login"]).expires)
            ])
        },
        Endpoint(
            .post, "/v1/grants/{id}/forget", in: group, "Forget a consent",
            about: "It is withdrawn at the provider where that can be done.",
            for: .administrators, parameters: [.path("id", "the grant")],
            promises: [.init(.ok, "what became of it", .object([.init("words", .line, required: true)]))], problems: [.notFound, .conflict]
        ) { request in
            let controller = GrantController(dependencies: request.dependencies, person: request.visitor.person)
            return .json(["words": .text(try await controller.forget(try controller.grant(request.path("id"))))])
        },
    ]

    static let operations: [Endpoint] = [
        Endpoint(
            .post, "/v1/mailboxes/{id}/check", in: group, "Try a mailbox",
            about: "`sign-in` sends nothing; `outgoing` sends a test message to the mailbox itself; `incoming` signs in over IMAP or POP3.",
            for: .administrators, parameters: [.path("id", "the mailbox")],
            body: .json(.object([.init("check", .choice(CheckKind.self), required: true)]), example: #"{"check": "outgoing"}"#),
            promises: [.init(.ok, "how each step came out", .named("Check"))], problems: [.notFound]
        ) { request in
            let kind = try await request.document().fields(["check"]).required("check").choice(CheckKind.self)
            guard let mailbox = request.dependencies.directory.mailbox(MailboxID(trusted: request.path("id"))) else {
                throw Problem(.notFound, "there is no mailbox \"\(request.path("id"))\"")
            }
            let report = await request.dependencies.operations.checker.check(mailbox, kind, by: request.visitor.person)
            return .json([
                "good": .flag(report.isGood),
                "steps": .list(
                    report.steps.map {
                        [
                            "name": .text($0.stage.rawValue), "good": .flag($0.isGood), "detail": .text($0.detail),
                            "fix": DocumentValue($0.fix),
                        ]
                    }),
                "planned_from": DocumentValue(report.planned), "actual_from": DocumentValue(report.actual),
            ])
        },
        resume(of: "mailbox", "/v1/mailboxes/{id}/resume") { id, directory in
            directory.mailbox(MailboxID(trusted: id)).map { .mailbox($0.id) }
        },
        resume(of: "family", "/v1/families/{id}/resume") { id, directory in directory.family(FamilyID(trusted: id)).map { .family($0.id) }
        },
        Endpoint(
            .get, "/v1/health", in: group, "How applications, grants and mailboxes are", for: .readers,
            parameters: WebTable.paging,
            promises: [
                .init(
                    .ok, "each with its state, the reason, and what to do: applications, grants, mailboxes, families, each kind by id",
                    .page(of: .named("Health")))
            ]
        ) { request in
            let report = try await request.dependencies.health()
            let directory = request.dependencies.directory
            var items: [DocumentValue] = []
            for it in directory.allApplications.sorted(by: { $0.id < $1.id }) {
                items.append(document("application", it.id.text, it.name, report.health(of: it)))
            }
            for it in directory.allGrants.sorted(by: { $0.id < $1.id }) {
                items.append(document("grant", it.id.text, it.name, report.health(of: it)))
            }
            for it in directory.allMailboxes.sorted(by: { $0.id < $1.id }) {
                items.append(document("mailbox", it.id.text, it.address.description, report.health(of: it)))
            }
            for it in directory.allFamilies.sorted(by: { $0.id < $1.id }) {
                items.append(document("family", it.id.text, it.name, report.health(of: it)))
            }
            return try WebTable.page(items, request)
        },
    ]

    private static func resume(
        of name: String, _ path: String, _ row: @escaping @Sendable (String, Directory) -> ConcreteMailbox.Row?
    ) -> Endpoint {
        Endpoint(
            .post, path, in: group, "Lift what stopped a \(name)",
            about: "Mail tries it again at once, on your word. A check that succeeds lifts it as well.", for: .administrators,
            parameters: [
                .path("id", "the \(name)"), .query("transport", .choice(Transport.self), "only what stopped this one"),
            ],
            promises: [.init(.ok, "whether anything had stopped it", .object([.init("resumed", .flag, required: true)]))],
            problems: [.notFound]
        ) { request in
            guard let row = row(request.path("id"), request.dependencies.directory) else {
                throw Problem(.notFound, "there is no \(name) \"\(request.path("id"))\"")
            }
            let transport = try request.query.choice("transport", Transport.self)
            let controller = StandingController(dependencies: request.dependencies, person: request.visitor.person)
            return .json(["resumed": .flag(try await controller.resume(row, over: transport))])
        }
    }

    private static func document(_ kind: String, _ id: String, _ name: String, _ health: Health) -> DocumentValue {
        [
            "kind": .text(kind), "id": .text(id), "name": .text(name), "state": .text(health.state.rawValue),
            "reason": .text(health.reason),
            "since": DocumentValue(health.since), "ends": DocumentValue(health.ends?.at), "last_success": DocumentValue(health.lastSuccess),
            "steps": DocumentValue(health.steps),
        ]
    }

    private static func document(_ attempt: ConsentAttempt) -> DocumentValue {
        let (state, words): (String, String?) =
            switch attempt.progress {
            case .waiting, .taken: ("waiting", nil)
            case .granted(_, let words): ("granted", words)
            case .refused(_, let words): ("refused", words)
            }
        return [
            "id": .text(attempt.id.text), "grant": .text(attempt.grant.text), "state": .text(state), "words": DocumentValue(words),
            "expires": DocumentValue(attempt.expires),
        ]
    }
}
