internal import HTTPTypes
internal import Relay

/// A route of the API with all that is said of it. What the router does and what OpenAPI promises are made of this one value, so they cannot part.
struct Endpoint: Sendable {
    enum Access: Sendable, Hashable {
        case everyone
        /// Whoever has one of these.
        case roles(Set<Role>)

        static let readers = Access.roles([.administrator, .auditor])
        static let administrators = Access.roles([.administrator])
        static let senders = Access.roles([.sender])
        static let signedIn = Access.roles(Set(Role.allCases))

        func admits(_ roles: Set<Role>) -> Bool {
            switch self {
            case .everyone: true
            case .roles(let wanted): !wanted.isDisjoint(with: roles)
            }
        }
    }

    struct Parameter: Sendable {
        enum Place: String, Sendable { case path, query, header }

        let name: String
        let place: Place
        let schema: Schema
        let isRequired: Bool
        let about: String

        static func path(_ name: String, _ about: String) -> Parameter {
            Parameter(name: name, place: .path, schema: .line, isRequired: true, about: about)
        }

        static func query(_ name: String, _ schema: Schema, _ about: String) -> Parameter {
            Parameter(name: name, place: .query, schema: schema, isRequired: false, about: about)
        }

        static let dryRun = query("dry_run", .choice(["true", "false"]), "judge it and say how it would come out, but change nothing")

        static func header(_ name: String, required: Bool = false, _ about: String) -> Parameter {
            Parameter(name: name, place: .header, schema: .line, isRequired: required, about: about)
        }
    }

    /// What a request carries.
    struct Body: Sendable {
        /// By media type.
        let shapes: [(type: String, schema: Schema)]
        let example: String

        static func json(_ schema: Schema, example: String = "") -> Body { Body(shapes: [("application/json", schema)], example: example) }
    }

    struct Promise: Sendable {
        let status: HTTPResponse.Status
        let about: String
        /// By media type; none: no content.
        let shapes: [(type: String, schema: Schema)]
        let headers: [String]

        init(_ status: HTTPResponse.Status, _ about: String, _ schema: Schema? = nil, headers: [String] = []) {
            self.status = status
            self.about = about
            shapes = schema.map { [("application/json", $0)] } ?? []
            self.headers = headers
        }

        init(_ status: HTTPResponse.Status, _ about: String, shapes: [(type: String, schema: Schema)]) {
            self.status = status
            self.about = about
            self.shapes = shapes
            headers = []
        }
    }

    let method: HTTPRequest.Method
    /// With `{name}` where a parameter stands.
    let path: String
    let group: String
    let summary: String
    let about: String
    let access: Access
    let parameters: [Parameter]
    let body: Body?
    let promises: [Promise]
    /// Problems that it answers with, beside those that every route can meet.
    let problems: [ProblemKind]
    let handle: @Sendable (APIRequest) async throws -> Reply

    init(
        _ method: HTTPRequest.Method, _ path: String, in group: String, _ summary: String, about: String = "", for access: Access,
        parameters: [Parameter] = [], body: Body? = nil, promises: [Promise], problems: [ProblemKind] = [],
        handle: @escaping @Sendable (APIRequest) async throws -> Reply
    ) {
        self.method = method
        self.path = path
        self.group = group
        self.summary = summary
        self.about = about
        self.access = access
        self.parameters = parameters
        self.body = body
        self.promises = promises
        self.problems = problems
        self.handle = handle
    }

    /// Every problem it can answer with.
    var allProblems: [ProblemKind] {
        var kinds: [ProblemKind] = [.misdirected, .tooManyRequests, .busy, .unavailable, .fault]
        if access != .everyone { kinds += [.signInMissing, .notPermitted] }
        if parameters.contains(where: { $0.place != .path }) || !parameters.isEmpty { kinds.append(.badRequest) }
        if body != nil { kinds += [.badRequest, .tooLarge, .mediaType, .invalid, .slow] }
        var seen: Set<ProblemKind> = []
        return (kinds + problems).filter { seen.insert($0).inserted }
    }
}
