internal import Web
internal import Relay

/// The shapes of what receivers report.
extension OpenAPI {
    static let reported: [(name: String, schema: Schema)] = [
        (
            "SendingSource",
            .object([
                .init("domain", .line, required: true), .init("source", .line, required: true, "its name, or its address"),
                .init("addresses", .list(of: .text()), required: true, "some of them; `by=address` has a row for each"),
                .init("messages", .number(), required: true), .init("aligned", .number(), required: true),
                .init("dkim", .number(), required: true), .init("spf", .number(), required: true),
                .init("stopped", .number(), required: true, "put aside or refused by the receiver"),
                .init("first", .moment, required: true), .init("last", .moment, required: true),
                .init("standing", .choice(SendingSources.Standing.self), required: true),
                .init("sent", .number(), required: true, "by Mandate, within that time"), .init("why", .text(), required: true),
            ])
        ),
        (
            "DomainAlignment",
            .object([
                .init("domain", .line, required: true), .init("policy", .text(), required: true),
                .init("messages", .number(), required: true),
                .init("aligned", .number(), required: true), .init("dkim", .number(), required: true),
                .init("spf", .number(), required: true),
                .init("at_risk", .number(), required: true, "not aligned, from sources whose mail is aligned otherwise"),
                .init("stopped", .number(), required: true), .init("sources", .number(), required: true),
                .init("first", .moment, required: true), .init("last", .moment, required: true),
            ])
        ),
        (
            "ReportTaken",
            .object([
                .init("file", .text(), required: true), .init("outcome", .choice(DmarcIntake.Outcome.self), required: true),
                .init("organization", .optional(.text()), required: true), .init("domain", .optional(.text()), required: true),
                .init("begins", .optional(.moment), required: true), .init("ends", .optional(.moment), required: true),
                .init("messages", .number(), required: true), .init("why", .text(), required: true),
            ])
        ),
    ]
}
