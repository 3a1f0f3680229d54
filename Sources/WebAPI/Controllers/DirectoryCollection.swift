internal import Web
internal import Relay

/// One kind of thing of the directory as the API has it.
struct DirectoryCollection: Sendable {
    let kind: EntityKind
    /// In the path.
    let name: String
    /// Of one of them, for people.
    let noun: String
    let schema: Schema
    /// Before the random part of an id that nobody gave; nil: the application's own ids.
    let prefix: String?
    /// What a request may say beside it, and no answer ever does.
    let secrets: [Schema.Field]

    private init(
        _ kind: EntityKind, _ name: String, _ noun: String, prefix: String?, _ fields: [Schema.Field], secrets: [Schema.Field] = [],
        isOpen: Bool = false
    ) {
        self.kind = kind
        self.name = name
        self.noun = noun
        self.prefix = prefix
        self.schema = .object(fields, isOpen: isOpen)
        self.secrets = secrets
    }

    /// The schema's name.
    var component: String { noun.split(separator: " ").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() }

    /// The schema's name of what a change is answered with.
    var kept: String { component + "Kept" }

    static let all = [users, providers, applications, grants, mailboxes, families, delegations, denials, clients]

    private static let name = Schema.Field("name", .optional(.text()))
    private static let enabled = Schema.Field("enabled", .flag)
    private static let transports = Schema.Field("transports", .list(of: .choice(Transport.self), shortest: 1), "in order of preference")

    private static let stewardship: [Schema.Field] = [
        .init("owner", .optional(.line), "who answers for it"), .init("purpose", .optional(.line), "what it is for"),
        .init("review", .optional(.text()), "when somebody is to look at it again"),
    ]

    static let users = DirectoryCollection(
        .user, "users", "user", prefix: nil,
        [
            .init("id", .line, required: true, "the application's own"), name,
            .init("login", .optional(.text()), "where it differs from the address"),
            .init(
                "addresses",
                .list(
                    of: .either([
                        .text(format: "email"),
                        .object([.init("address", .text(format: "email"), required: true), .init("on", .flag)]),
                    ])), "the first is the primary one"),
        ])

    static let providers = DirectoryCollection(
        .provider, "providers", "provider", prefix: nil,
        [
            .init("id", .line, required: true), .init("kind", .choice(ProviderKind.self)), name,
            .init("token_endpoint", .line, "`{tenant}` stands for the tenant"),
            .init("may_receive_secrets", .flag, "false: nothing secret goes there until an administrator has trusted it"),
        ], isOpen: true)

    static let applications = DirectoryCollection(
        .application, "applications", "application", prefix: "app",
        [
            .init("id", .line), name, .init("provider", .line, required: true), .init("tenant", .optional(.text())),
            .init("client_id", .line, required: true), .init("secret_expires", .optional(.text())),
            .init("domains", .list(of: .text(format: "hostname")), "that the tenant signs for"),
            .init(
                "licences", .optional(.number(1...Int64(Application.mostLicences))),
                "for mailboxes, of the tenant: its limits follow from them"),
            .init("certificate", .optional(.text()), "PEM"),
            .init(
                "service_account",
                .optional(.object([.init("address", .line, required: true), .init("key_id", .line, required: true)]))),
            .init(
                "federated_credential",
                .optional(
                    .object([
                        .init("file", .line), .init("address", .line), .init("headers", .list(of: .line)), .init("member", .line),
                    ])),
                "where the machine's own token is, in place of a secret; named on the machine alone, with `mandate applications set`"),
        ],
        secrets: [
            .init("secret", .line, "the client secret; never shown again"),
            .init("private_key", .line, "PEM, of the certificate or service account"),
        ])

    static let grants = DirectoryCollection(
        .grant, "grants", "grant", prefix: "grant",
        [
            .init("id", .line), name, .init("kind", .choice(Grant.Kind.self), required: true), .init("application", .line, required: true),
            .init("principal", .optional(.text()), "who must consent, by login"),
            .init("pin", .anything, "who did consent; a consent alone writes it, and leaving it out forgets nobody"),
            .init("command", .list(of: .text()), "of the kind command; named on the machine alone, with `mandate grants add`"), enabled,
        ] + stewardship)

    static let mailboxes = DirectoryCollection(
        .mailbox, "mailboxes", "mailbox", prefix: "mbx",
        [
            .init("id", .line), .init("address", .text(format: "email"), required: true), .init("login", .line),
            .init("grant", .line, required: true), transports,
            .init("read", .flag, "its incoming mail is read, too, so consents ask for that"), enabled,
        ] + stewardship)

    static let families = DirectoryCollection(
        .family, "families", "family", prefix: "fam",
        [
            .init("id", .line), name, .init("members", .list(of: .line, shortest: 1), required: true, "@domain or addresses"),
            .init("grant", .line, required: true), transports, enabled,
        ] + stewardship)

    static let delegations = DirectoryCollection(
        .delegation, "delegations", "delegation", prefix: "del",
        [
            .init("id", .line), .init("mailbox", .line, required: true), .init("covers", .line, required: true, "an address or @domain"),
            .init("kind", .choice(Delegation.Kind.self), required: true), .init("priority", .number(-1_000_000...1_000_000)),
            .init("valid_from", .optional(.text())), .init("valid_until", .optional(.text())), .init("granted_by", .optional(.text())),
            .init("granted_at", .optional(.text())), .init("reason", .optional(.text())),
            .init("allows_unaligned", .flag, "send even where DMARC will fail"),
        ] + stewardship)

    static let denials = DirectoryCollection(
        .deny, "denials", "deny entry", prefix: "deny",
        [
            .init("id", .line), .init("mailbox", .line, required: true, "or *"),
            .init("covers", .line, required: true, "an address, @domain or *"),
            .init("reason", .optional(.text())),
        ])

    static let clients = DirectoryCollection(
        .client, "clients", "client", prefix: "client",
        [
            .init("id", .line), name, .init("key_sha256", .text(pattern: "^[0-9a-fA-F]{64}$")), .init("network", .line),
            .init("uid", .number(0...Int64(UInt32.max))),
            .init("has_password", .flag, "of a person; set with `mandate clients add` and `mandate clients password`"),
            .init(
                "limits",
                .object([.init("purposes", .list(of: .choice(Purpose.self))), .init("addresses", .list(of: .line))]),
                "purposes AND addresses"),
            .init("default_purpose", .optional(.choice(Purpose.self))), .init("default_user", .optional(.text())),
            .init("author_if_unusable", .optional(.text(format: "email"))), .init("notice_address", .optional(.text(format: "email"))),
            .init("roles", .list(of: .choice(Role.self), shortest: 1)),
            .init(
                "tokens",
                .list(
                    of: .either([
                        .line, .object([.init("mailbox", .line), .init("family", .line), .init("whole_grant", .flag)]),
                    ])), "mailboxes whose access tokens it may have"),
            .init(
                "quota",
                .optional(.object(Quota.Quantity.allCases.map { .init($0.rawValue, .optional(.number(Quota.range)), $0.words) })),
                "how much it may hand in; what is null it may as it likes"),
            .init("strict", .flag, "true: a From that breaks the grammar is refused, also where it is plain what was meant"),
            enabled,
        ] + stewardship,
        secrets: [.init("new_key", .flag, "true: make a key and show it once, in this answer")])
}
