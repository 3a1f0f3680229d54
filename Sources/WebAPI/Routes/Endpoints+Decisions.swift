internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// The question a batch mailer asks for each message, or for a thousand at once: which identity, which mailbox, which token.
extension Endpoints {
    static let decisions: [Endpoint] = [
        Endpoint(
            .post, "/v1/decisions", in: "Asking and sending", "Ask who a message is from and how it gets out",
            about: """
                One question, or up to a thousand in `questions`. Without a purpose, the author is what `from` says. A refusal is an answer like any other: it has \
                the route `refused` and a code. With `include=token` the answer has the access token and all that is needed to sign in, or a `token_problem` that says \
                why not; the client must have the right to tokens of that mailbox, and should report what came of it, by the `handout`, to `/v1/outcomes`. With \
                `include=header` the answer has the fields as they belong into the message, in place of its own From and Sender, and of its Reply-To if it has none.
                """,
            for: .signedIn,
            parameters: [
                .query("include", .line, "token, header, or both with a comma between: also the access token; also the fields to write"),
                .query("explanation", .choice(["true", "false"]), "whether every rule that was tried is told; true unless said otherwise"),
            ],
            body: .json(
                .either([.named("Question"), .named("Questions")]),
                example: #"{"purpose": "ad-hoc", "user": "ann"}"#),
            promises: [.init(.ok, "how it is decided", .either([.named("Decision"), .named("Decisions")]))],
            problems: [.notPermitted, .provider]
        ) { request in try await DecisionController(request).answer() }
    ]
}
