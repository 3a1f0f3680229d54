internal import Web
internal import HTTPTypes
internal import Relay

extension Endpoints {
    static let directory: [Endpoint] = DirectoryCollection.all.flatMap { $0.endpoints } + settings

    private static let settings: [Endpoint] = [
        Endpoint(
            .get, "/v1/settings", in: "Settings", "List all settings", for: .readers,
            promises: [.init(.ok, "set or not", .page(of: .named("Setting")))]
        ) { request in
            let settings = request.dependencies.directory.settings
            return .json(["items": .list(settings.keys.map { document($0, settings) }), "next": nil])
        },
        Endpoint(
            .get, "/v1/settings/{key}", in: "Settings", "Show one setting", for: .readers,
            parameters: [.path("key", "such as `EMAIL_FROM_USER_ID`")],
            promises: [.init(.ok, "with its ETag", .named("Setting"), headers: ["ETag"])], problems: [.notFound]
        ) { request in
            let key = try key(request)
            let settings = request.dependencies.directory.settings
            return .json(document(key, settings)).with(.eTag, EntityTag.of(key, in: settings))
        },
        Endpoint(
            .put, "/v1/settings/{key}", in: "Settings", "Set a setting", for: .administrators,
            parameters: [
                .path("key", "the setting"), .header("If-Match", "the ETag of the state it replaces; without it, any"), .dryRun,
            ],
            body: .json(.object([.init("value", .line, required: true)]), example: #"{"value": "* Current User *"}"#),
            promises: [.init(.ok, "as it is now", .named("SettingKept"), headers: ["ETag"])], problems: [.notFound, .changedMeanwhile]
        ) { request in
            try await change(request, to: try await request.document().fields(["value"]).required("value").text())
        },
        Endpoint(
            .delete, "/v1/settings/{key}", in: "Settings", "Unset a setting", for: .administrators,
            parameters: [
                .path("key", "the setting"), .header("If-Match", "the ETag of the state it removes; without it, any"), .dryRun,
            ],
            promises: [.init(.ok, "as it is now", .named("SettingKept"), headers: ["ETag"])], problems: [.notFound, .changedMeanwhile]
        ) { request in try await change(request, to: nil) },
    ]

    private static func key(_ request: APIRequest) throws(Problem) -> SettingKey {
        let text = request.path("key")
        guard let key = SettingKey(text) else {
            let hint = Closeness.nearest(to: text, in: SettingKey.all.map(\.description)).map { "did you mean \($0)?" }
            throw Problem(.notFound, "there is no setting \"\(text)\"", fix: hint ?? "GET /v1/settings lists them")
        }
        return key
    }

    private static func document(_ key: SettingKey, _ settings: Settings) -> DocumentValue { document(key, settings[key]) }

    private static func document(_ key: SettingKey, _ text: String?) -> DocumentValue {
        ["key": .text(key.description), "value": DocumentValue(text)]
    }

    private static func change(_ request: APIRequest, to text: String?) async throws -> Reply {
        let isTrial = try request.query.flag("dry_run")
        let plan = try await request.dependencies.editor(for: request.visitor.person).edit(isTrial: isTrial) {
            try $0.set(request.path("key"), to: text, expecting: request.header("If-Match"))
        }.plan
        let key = try key(request).named(in: request.dependencies.directory)
        if isTrial { return .json(document(key, text).adding(warnings: plan)) }
        let settings = request.dependencies.directory.settings
        return .json(document(key, settings).adding(warnings: plan)).with(.eTag, EntityTag.of(key, in: settings))
    }
}

extension DirectoryCollection {
    private var base: String { "/v1/\(name)" }
    private var group: String { name.prefix(1).uppercased() + name.dropFirst() }
    private var one: Schema { .named(component) }
    private static let condition = Endpoint.Parameter.header("If-Match", required: true, "the ETag of the state that is changed, or `*`")

    /// What a request may say: the thing, and the secrets that no answer has.
    private var request: Schema { secrets.isEmpty ? one : .named(component + "Request") }

    /// `a user`, `an application`
    private var aNoun: String { ("aeio".contains(noun.prefix(1)) ? "an " : "a ") + noun }

    var endpoints: [Endpoint] { reading + making + changing }

    private var reading: [Endpoint] {
        [
            Endpoint(
                .get, base, in: group, "List \(name)", for: .readers,
                parameters: [
                    .query("q", .line, "only those in which this text stands"),
                    .query("after", .line, "the cursor that came with the page before"),
                    .query("limit", .number(1...1000), "100 unless said otherwise"),
                ],
                promises: [.init(.ok, "sorted by id", .page(of: one))]
            ) { request in try await DirectoryController(collection: self, request: request).list() },
            Endpoint(
                .get, base + "/{id}", in: group, "Show one \(noun)", for: .readers,
                parameters: [.path("id", "its id"), .header("If-None-Match", "an ETag: 304 if it is still that")],
                promises: [
                    .init(.ok, "with its ETag", one, headers: ["ETag"]), .init(.notModified, "it is still that"),
                ], problems: [.notFound]
            ) { request in try await DirectoryController(collection: self, request: request).show() },
        ]
    }

    private var making: [Endpoint] {
        [
            Endpoint(
                .post, base, in: group, "Make \(aNoun), or put many",
                about: "Many, in `items`, all or none: what is there already is replaced, the rest is made.",
                for: .administrators, parameters: [.dryRun],
                body: .json(
                    .either([request, .object([.init("items", .list(of: request, shortest: 1, longest: 10_000), required: true)])])),
                promises: [
                    .init(.created, "made", answered, headers: ["ETag", "Location"]),
                    .init(
                        .ok, "of many, what became of each; of one that was only tried, what would be",
                        .either([.named("Outcomes"), answered])),
                ], problems: [.conflict]
            ) { request in try await DirectoryController(collection: self, request: request).create() },
            Endpoint(
                .post, base + "/remove", in: group, "Remove many",
                about:
                    "All or none. What is used stays and stands in the way, unless `cascade` takes what uses it away too. Consents that go are ended at "
                    + "their providers.",
                for: .administrators, parameters: [.dryRun],
                body: .json(
                    .object([.init("ids", .list(of: .line, shortest: 1, longest: 10_000), required: true), .init("cascade", .flag)])),
                promises: [.init(.noContent, "they are gone")], problems: [.notFound, .conflict]
            ) { request in try await DirectoryController(collection: self, request: request).removeMany() },
        ]
    }

    private var changing: [Endpoint] {
        [
            Endpoint(
                .put, base + "/{id}", in: group, "Replace \(aNoun)", for: .administrators,
                parameters: [.path("id", "its id"), Self.condition, .dryRun] + untried,
                body: .json(request), promises: [.init(.ok, "as it is now", answered, headers: ["ETag"])],
                problems: [.notFound, .changedMeanwhile, .conditionMissing, .conflict] + outside
            ) { request in try await DirectoryController(collection: self, request: request).replace() },
            Endpoint(
                .patch, base + "/{id}", in: group, "Change parts of \(aNoun)",
                about: "A merge patch (RFC 7396): what is not named stays, what is null goes.",
                for: .administrators, parameters: [.path("id", "its id"), Self.condition, .dryRun] + untried,
                body: Endpoint.Body(
                    shapes: [("application/merge-patch+json", .map(of: .anything)), ("application/json", .map(of: .anything))], example: ""),
                promises: [.init(.ok, "as it is now", answered, headers: ["ETag"])],
                problems: [.notFound, .changedMeanwhile, .conditionMissing, .conflict] + outside
            ) { request in try await DirectoryController(collection: self, request: request).patch() },
            Endpoint(
                .delete, base + "/{id}", in: group, "Remove \(aNoun)", for: .administrators,
                parameters: [
                    .path("id", "its id"), .header("If-Match", "the ETag of the state that is removed; without it, any"),
                    .query("cascade", .choice(["true", "false"]), "what uses it goes too"), .dryRun,
                ],
                promises: [.init(.noContent, "it is gone")], problems: [.notFound, .changedMeanwhile, .conflict]
            ) { request in try await DirectoryController(collection: self, request: request).remove() },
        ]
    }

    /// A new secret or key of an application is tried at the provider before it is kept.
    private var untried: [Endpoint.Parameter] {
        guard kind == .application else { return [] }
        return [.query("untried", .choice(["true", "false"]), "keep a new secret or key without trying it at the provider first")]
    }

    private var outside: [ProblemKind] { kind == .application ? [.provider] : [] }

    /// With what is said once.
    private var answered: Schema { .named(kept) }
}
