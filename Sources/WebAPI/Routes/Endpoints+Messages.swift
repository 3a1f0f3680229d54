internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay

extension Endpoints {
    private static let group = "Asking and sending"

    static let messages: [Endpoint] = [
        Endpoint(
            .post, "/v1/messages", in: group, "Hand a message over",
            about: """
                As it stands (`message/rfc822`), or within JSON, as its last member where it has more than a megabyte. Once this answers 202 the message is kept on \
                disk and will be sent, whatever happens to us. With an \
                `Idempotency-Key` the same request may be repeated for a day, and makes no second message: the first answer comes again, marked
                `Idempotent-Replayed: true`. Purpose and user may also stand in the message, in \
                `X-Mandate-Purpose` and `X-Mandate-User`, which are taken out.
                """,
            for: .senders,
            parameters: [
                .header("Idempotency-Key", "a name of your own for this message, good for a day"),
                .query("purpose", .choice(Purpose.self), "why the application sends"),
                .query("user", .line, "the application's current user, by id"),
                .query("sender", .text(), "the envelope sender; `<>` for none"),
                .query("recipient", .line, "a recipient; repeat it. None: those in To, Cc and Bcc"),
            ],
            body: Endpoint.Body(
                shapes: [("message/rfc822", .text()), ("application/json", .named("Submission"))],
                example: "From: Ann <ann@example.org>\nTo: rob@example.com\nSubject: Hello\n\nGood morning.\n"),
            promises: [.init(.accepted, "kept; it will be sent", .named("Receipt"), headers: ["Location", "Idempotent-Replayed"])],
            problems: [.refused, .conflict, .full]
        ) { request in try await SubmissionController(request).answer() },
        Endpoint(
            .get, "/v1/messages", in: group, "List messages that are not done", for: .readers,
            parameters: [
                .query("state", .choice(["waiting", "claimed", "held", "failed"]), "only these"),
                .query("after", .line, "the cursor that came with the page before"),
                .query("limit", .number(1...1000), "100 unless said otherwise"),
            ],
            promises: [.init(.ok, "in the order they were accepted", .page(of: .named("Message")))], problems: [.notFound]
        ) { request in
            let limit = try request.query.number("limit", in: 1...1000, usual: 100)
            let state = try request.query.choice("state", QueuedMessage.StateName.self)
            let after = request.query["after"].map { SpoolID(trusted: $0) }
            let messages = try await request.dependencies.store.list(QueueFilter(state: state, after: after, limit: limit))
            return .json([
                "items": .list(messages.map(\.document)),
                "next": DocumentValue(messages.count == limit ? messages.last?.message.id.text : nil),
            ])
        },
        Endpoint(
            .get, "/v1/messages/{id}", in: group, "What became of a message",
            about: "A sender sees its own messages alone. A message that is done is known for a week.", for: .signedIn,
            parameters: [.path("id", "as it was answered when the message was accepted")],
            promises: [.init(.ok, "its fate so far", .named("Message"))], problems: [.notFound]
        ) { request in .json(try await message(request).document) },
        Endpoint(
            .post, "/v1/messages/{id}/{action}", in: group, "Retry, hold, release or remove a message",
            about: "`retry` also brings a failed message back; `remove` ends it without sending, which is the only way to lose one.",
            for: .administrators,
            parameters: [.path("id", "the message"), .path("action", "retry, hold, release or remove")],
            promises: [.init(.ok, "as it is now, and what stands in its way", .named("MessageKept"))], problems: [.notFound, .conflict]
        ) { request in
            guard let action = QueueAction(rawValue: request.path("action")) else {
                throw Problem(.notFound, "there is no action \(request.path("action"))", fix: "retry, hold, release or remove")
            }
            var done: QueueEditor.Done?
            try await request.dependencies.queueEditor(for: request.visitor.person).change([request.path("id")], action) { done = $0 }
            request.dependencies.operations.wake()
            guard let done else { throw Problem(.fault, "nothing was done") }
            return .json(done.message.document.adding(done.warning.map { [.init("warnings", DocumentValue([$0]))] } ?? []))
        },
    ]

    /// Somebody else's message is as good as none.
    private static func message(_ request: APIRequest) async throws -> QueuedMessage {
        let client = try request.client
        guard let id = SpoolID(request.path("id")), let message = try await request.dependencies.store.show(id),
            !client.roles.isDisjoint(with: [.administrator, .auditor]) || message.message.client == client.id
        else { throw Problem(.notFound, "there is no message \(request.path("id"))") }
        return message
    }
}

extension QueuedMessage {
    var document: DocumentValue {
        let message = message
        return [
            "id": .text(message.id.text), "message_id": .text(message.messageID), "accepted": DocumentValue(message.acceptedAt),
            "state": .text(state.rawValue), "why": .text(why), "attempts": DocumentValue(attempts),
            "next_attempt": DocumentValue(nextAttempt),
            "unknown": .flag(isUnknown), "client": DocumentValue(message.client?.text), "purpose": DocumentValue(message.purpose?.rawValue),
            "user": DocumentValue(message.user?.text), "author": message.author.document,
            "envelope_sender": .text(message.envelope.sender.description),
            "size": DocumentValue(message.size), "recipients": .list(recipients.map(\.document)),
        ]
    }
}

extension QueuedMessage.RecipientState {
    fileprivate var document: DocumentValue {
        let (word, reply): (String?, String?) =
            switch outcome {
            case .sent(let reply): ("sent", reply)
            case .refused(let reply): ("refused", reply)
            case nil: (nil, nil)
            }
        return ["address": .text(recipient.address.description), "outcome": DocumentValue(word), "reply": DocumentValue(reply)]
    }
}
