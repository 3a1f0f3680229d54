internal import Web
internal import Relay

/// The shapes that routes name.
extension OpenAPI {
    static let components: [(name: String, schema: Schema)] = collections + asking + keeping + reported + auditing

    static let problem = Schema.object([
        .init("type", .line, required: true), .init("title", .line, required: true), .init("status", .number(), required: true),
        .init("code", .line, required: true, "stable: branch on this"), .init("detail", .line, required: true, "for people"),
        .init("fix", .line, "what to do"), .init("place", .line, "where in the request"),
        .init("explanation", .list(of: .text()), "every rule that was tried"), .init("request_id", .line, required: true),
    ])

    private static let named = Schema.list(
        of: .object([.init("name", .optional(.text()), required: true), .init("address", .line, required: true)]))
    private static let text = Schema.optional(.text())
    private static let moment = Schema.optional(.moment)

    /// As answers have them; what a request may say beside it is never answered, and what a change is answered with beside it is said once.
    private static let collections: [(name: String, schema: Schema)] =
        DirectoryCollection.all.flatMap { collection -> [(name: String, schema: Schema)] in
            guard case .object(let fields, let isOpen) = collection.schema else { return [(collection.component, collection.schema)] }
            let key = collection.kind == .client ? [Schema.Field("key", .line, "shown this once")] : []
            let shapes = [
                (collection.component, collection.schema), (collection.kept, Schema.object(fields + key + [warnings], isOpen: isOpen)),
            ]
            guard !collection.secrets.isEmpty else { return shapes }
            return shapes + [(collection.component + "Request", Schema.object(fields + collection.secrets, isOpen: isOpen))]
        } + [
            ("Setting", .object(setting)), ("SettingKept", .object(setting + [warnings])),
            (
                "Outcomes",
                .object([
                    .init(
                        "items",
                        .list(
                            of: .object([
                                .init("id", .line, required: true),
                                .init("outcome", .choice(["added", "changed", "unchanged"]), required: true),
                                .init("key", .line, "of a client for which one was made; shown this once"),
                            ])), required: true),
                    .init("edition", .number(), required: true), warnings,
                ])
            ),
        ]

    private static let warnings = Schema.Field("warnings", .list(of: .line), "what may be a slip, in words")

    private static let setting: [Schema.Field] = [.init("key", .line, required: true), .init("value", text, required: true)]

    private static let question: [Schema.Field] = [
        .init("purpose", .optional(.choice(Purpose.self))), .init("user", .optional(.line), "the application's current user, by id"),
        .init("from", .optional(.text()), "what the message's From says"), .init("envelope_sender", .optional(.text()), "<> for none"),
        .init("client", .optional(.line), "for administrators and auditors: as whom"),
    ]

    private static let routes = Route.allCases.map(\.rawValue) + ["later", "hold", "refused"]

    private static let decision: [Schema.Field] = [
        .init("route", .choice(routes), required: true), .init("author", named), .init("purpose", .optional(.choice(Purpose.self))),
        .init(
            "mailbox",
            .object([.init("address", .line, required: true), .init("login", .line, required: true), .init("grant", .line, required: true)])
        ),
        .init("transport", .choice(Transport.self)), .init("resource", .choice(TokenResource.self)), .init("from", named),
        .init("sender", text),
        .init("reply_to", named), .init("intake", text), .init("envelope_sender", .text()),
        .init("code", .choice(RefusalCode.self), "why there is no route"),
        .init("temporary", .flag, "it can be mended"), .init("mended_by", .choice(Mending.Mender.self), "who mends it"),
        .init("why", .line, "the same in words, with what to do"),
        .init("explanation", .list(of: .text())),
        .init("delivery", .line, "what is set for the client's mail: `live`, `hold`, or `redirect ADDRESS`"),
        .init("header", .text(), "From, Sender and Reply-To as they stand in the message, each ended by CRLF"),
        .init("handout", .line, "to report the outcome with"), .init("token", .named("HandedToken")),
        .init("token_problem", .named("Problem"), "why there is no token"),
    ]

    private static let asking: [(name: String, schema: Schema)] = [
        ("Question", .object(question)),
        ("Questions", .object([.init("questions", .list(of: .named("Question"), longest: 1000), required: true)])),
        ("Decision", .object(decision)),
        ("Decisions", .object([.init("decisions", .list(of: .named("Decision")), required: true)])),
        (
            "HandedToken",
            .object([
                .init("access_token", .line, required: true), .init("expires", .moment, required: true),
                .init("login", .line, required: true),
                .init("host", .line), .init("port", .number(1...65535)), .init("security", .choice(MailEndpoint.Security.self)),
                .init("mechanism", .line),
                .init(
                    "sasl", .line,
                    "in base 64: behind AUTH XOAUTH2 where the line stays below 512 octets, else on a line of its own after the 334"),
                .init("api", .line),
            ])
        ),
        (
            "Verdict",
            .object([
                .init("verdict", .line, required: true), .init("cause", .text(), required: true), .init("fix", .text(), required: true),
                .init(
                    "recipients",
                    .list(
                        of: .object([
                            .init("address", .line, required: true), .init("verdict", .line, required: true),
                            .init("cause", .text(), required: true),
                        ])), required: true), .init("decision", .named("Decision"), "anew, where the mailbox may not send as that address"),
            ])
        ),
        (
            "Submission",
            .object([
                .init("message", .line, required: true, "RFC 5322, as text"), .init("purpose", .optional(.choice(Purpose.self))),
                .init("user", .optional(.line)), .init("envelope_sender", .optional(.text())),
                .init("recipients", .list(of: .text(format: "email"))),
            ])
        ),
        (
            "Receipt",
            .object([
                .init("id", .line, required: true), .init("message_id", .line, required: true),
                .init("state", .choice(QueuedMessage.StateName.self), required: true),
                .init("why", text, required: true, "why it does not leave at once, and what it waits for"),
                .init("held", text, required: true, "why a person must release it"),
                .init("decision", .named("Decision"), "as of now; the attempt may come to another"),
            ])
        ),
    ]

    private static let message: [Schema.Field] = [
        .init("id", .line, required: true), .init("message_id", .line, required: true), .init("accepted", .moment, required: true),
        .init("state", .choice(QueuedMessage.StateName.self), required: true), .init("why", .text(), required: true),
        .init("attempts", .number(), required: true), .init("next_attempt", moment, required: true),
        .init("unknown", .flag, required: true, "a crash may have hit between its last octet and its settling"),
        .init("client", text, required: true),
        .init("purpose", .optional(.choice(Purpose.self)), required: true), .init("user", text, required: true),
        .init("author", named, required: true),
        .init("envelope_sender", .text(), required: true), .init("size", .number(), required: true),
        .init(
            "recipients",
            .list(
                of: .object([
                    .init("address", .line, required: true),
                    .init("outcome", .optional(.choice(["sent", "refused"])), required: true),
                    .init("reply", text, required: true),
                ])), required: true),
    ]

    private static let standing: [Schema.Field] = [
        .init("login", .line, required: true), .init("provider", .line, required: true),
        .init("from", .line, required: true),
        .init("transport", .choice(Transport.self), required: true),
        .init("state", .choice(["declared", "pending", "proven", "doubted", "denied", "rewritten"]), required: true),
        .init("at", .moment),
        .init("until", .moment), .init("denied_at", moment), .init("probes", .number()), .init("how", .text()),
        .init("needs", .number()), .init("next_probe", .moment), .init("tries", .number()), .init("next_try", moment),
        .init("code", .text()),
        .init("to", .text()),
    ]

    private static let keeping: [(name: String, schema: Schema)] = [
        ("Message", .object(message)), ("MessageKept", .object(message + [warnings])),
        ("Standing", .object(standing)), ("StandingForgotten", .object(standing + [warnings])),
        (
            "Consent",
            .object([
                .init("id", .line, required: true), .init("grant", .line, required: true),
                .init("state", .choice(["waiting", "granted", "refused"]), required: true),
                .init("words", text, required: true), .init("expires", .moment, required: true), .init("address", .line),
                .init("user_code", .line),
            ])
        ),
        (
            "Check",
            .object([
                .init("good", .flag, required: true),
                .init(
                    "steps",
                    .list(
                        of: .object([
                            .init("name", .line, required: true), .init("good", .flag, required: true),
                            .init("detail", .text(), required: true),
                            .init("fix", .list(of: .text()), required: true),
                        ])), required: true), .init("planned_from", text, required: true), .init("actual_from", text, required: true),
            ])
        ),
        (
            "Health",
            .object([
                .init("kind", .choice(["application", "grant", "mailbox", "family"]), required: true), .init("id", .line, required: true),
                .init("name", .text(), required: true), .init("state", .line, required: true), .init("reason", .text(), required: true),
                .init("since", moment, required: true), .init("ends", moment, required: true),
                .init("last_success", moment, required: true),
                .init("steps", .list(of: .text()), required: true),
            ])
        ),
    ]

    private static let auditing: [(name: String, schema: Schema)] = [
        (
            "Finding",
            .object([
                .init("finding", .line, required: true, "unauthorized, or the kind of a near miss"),
                .init("id", text, required: true, "the same as long as it is the same that is the matter"),
                .init("class", .optional(.choice(Belonging.Class.self)), required: true), .init("address", .text(), required: true),
                .init("addresses", .optional(.number()), required: true, "how many it is about"),
                .init("used_in", .list(of: .text()), required: true),
                .init("code", .optional(.choice(RefusalCode.self)), required: true), .init("reason", .text(), required: true),
                .init("mail", text, required: true, "what became of its mail"), .init("first_seen", moment, required: true),
                .init("last_seen", moment, required: true),
                .init("count", .number(), required: true), .init("acknowledged_until", moment, required: true),
                .init("provider_fix", .text(), required: true),
                .init("our_fix", .text(), required: true),
            ])
        ),
        (
            "Reviewed",
            .object([
                .init("kind", .choice(EntityKind.self), required: true), .init("id", .line, required: true),
                .init("name", .text(), required: true),
                .init("reasons", .list(of: .choice(ReviewReport.Reason.self)), required: true), .init("why", .text(), required: true),
                .init("owner", .text(), required: true), .init("purpose", .text(), required: true),
                .init("review", moment, required: true), .init("last_use", moment, required: true),
                .init("steps", .list(of: .text()), required: true),
            ])
        ),
        (
            "Impact",
            .object([
                .init("mail", .text(), required: true, "an address, or what mail is for that names none"),
                .init("now", .text(), required: true),
                .init("then", .text(), required: true), .init("lost", .flag, required: true, "it has no way out then"),
                .init("messages", .number(), required: true, "of the last days, that went the one way and would go the other"),
            ])
        ),
        (
            "Outcome",
            .object([
                .init("id", .line, required: true, "of the message or of the handout"), .init("at", moment, required: true),
                .init("client", .line, required: true), .init("author", .text(), required: true),
                .init("recipient", .text(), required: true), .init("outcome", .choice(OutcomeReport.Outcome.self), required: true),
                .init("words", .text(), required: true), .init("from", .text(), required: true), .init("mailbox", .text(), required: true),
                .init("route", .text(), required: true), .init("attempts", .number(), required: true),
            ])
        ),
        (
            "Reach",
            .object([
                .init("kind", .choice(EntityKind.self), required: true), .init("id", .line, required: true),
                .init("name", .text(), required: true), .init("could", .text(), required: true),
                .init("known", .optional(.number()), required: true, "addresses in use here that it could send as"),
                .init("needs", .number(), required: true), .init("steps", .list(of: .text()), required: true, "what narrows it"),
            ])
        ),
        (
            "Lint",
            .object([
                .init("rule", .choice(LintRule.self), required: true), .init("what", .text(), required: true),
                .init("trouble", .text(), required: true),
                .init("fix", .list(of: .text()), required: true, "of several commands one is enough"),
            ])
        ),
        (
            "Right",
            .object([
                .init("mailbox", .line, required: true), .init("sends_as", .line, required: true), .init("by", .line, required: true),
                .init("standing", .line, required: true),
                .init("effective", .choice(Outlook.State.self), required: true, "what a message that goes this way would meet now"),
                .init("why", .text(), required: true), .init("valid_until", moment, required: true),
                .init("grant", text, required: true),
            ])
        ),
        (
            "Entry",
            .object([
                .init("strand", .line, required: true), .init("number", .number(), required: true), .init("at", .moment, required: true),
                .init("kind", .choice(JournalEntry.Kind.self), required: true), .init("message", text, required: true),
                .init("count", .number(), required: true),
                .init(
                    "personal",
                    .list(of: .object([.init("role", .line, required: true), .init("text", .text(), required: true)])), required: true,
                    "addresses and names; one with the role `erased` where they are no longer kept"),
                .init(
                    "facts",
                    .list(of: .object([.init("name", .line, required: true), .init("value", .text(), required: true)])), required: true),
            ])
        ),
        (
            "Handout",
            .object([
                .init("handout", .line, required: true), .init("client", .line, required: true), .init("at", .moment, required: true),
                .init("expires", .moment, required: true), .init("login", .line, required: true),
                .init("transport", .choice(Transport.self), required: true),
                .init("from", .list(of: .text()), required: true),
            ])
        ),
    ]
}
