internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

extension Endpoints {
    static let outcomes: [Endpoint] = [
        Endpoint(
            .post, "/v1/outcomes", in: "Asking and sending", "Report what a provider answered",
            about: """
                For a client that sends by itself with a token it was given. The same table that judges our own attempts judges these: the answer is the verdict, with \
                the cause and the fix, and, where the mailbox may not send as that address, a new decision. Each hand-out is reported once.
                """,
            for: .senders,
            body: .json(
                .object([
                    .init("handout", .line, "as it came with the token"), .init("decision", .line, "the same, by its old name"),
                    .init(
                        "recipients",
                        .list(
                            of: .object([
                                .init("address", .text(format: "email"), required: true), .init("code", .number(100...599), required: true),
                                .init("enhanced", .text(), "such as 5.7.60"), .init("text", .text(), "the server's words"),
                                .init(
                                    "stage", .choice(TransmitStage.self),
                                    "where in the dialogue; `content`, or `request` of an API, unless said otherwise"),
                            ]), shortest: 1, longest: 1000), required: true),
                ]),
                example:
                    #"{"handout": "out-0123456789abcdef", "recipients": [{"address": "rob@example.com", "code": 250, "text": "2.0.0 OK"}]}"#
            ),
            promises: [.init(.ok, "the verdict", .named("Verdict"))], problems: [.notFound, .conflict]
        ) { request in try await OutcomeController(request).answer() }
    ]
}
