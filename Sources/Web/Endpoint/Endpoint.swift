package import HTTPTypes
package import Relay

/// A route of the API with all that is said of it. What the router does and what OpenAPI promises are made of this one value, so they cannot part.
package struct Endpoint: Sendable {
    package enum Access: Sendable, Hashable {
        case everyone
        /// Whoever has one of these.
        case roles(Set<Role>)

        package static let readers = Access.roles([.administrator, .auditor])
        package static let administrators = Access.roles([.administrator])
        package static let senders = Access.roles([.sender])
        package static let signedIn = Access.roles(Set(Role.allCases))

        package func admits(_ roles: Set<Role>) -> Bool {
            switch self {
            case .everyone: true
            case .roles(let wanted): !wanted.isDisjoint(with: roles)
            }
        }
    }

    package struct Parameter: Sendable {
        package enum Place: String, Sendable { case path, query, header }

        package let name: String
        package let place: Place
        package let schema: Schema
        package let isRequired: Bool
        package let about: String

        package static func path(_ name: String, _ about: String) -> Parameter {
            Parameter(name: name, place: .path, schema: .line, isRequired: true, about: about)
        }

        package static func query(_ name: String, _ schema: Schema, _ about: String) -> Parameter {
            Parameter(name: name, place: .query, schema: schema, isRequired: false, about: about)
        }

        package static let dryRun = query(
            "dry_run", .choice(["true", "false"]), "judge it and say how it would come out, but change nothing")

        package static func header(_ name: String, required: Bool = false, _ about: String) -> Parameter {
            Parameter(name: name, place: .header, schema: .line, isRequired: required, about: about)
        }
    }

    /// What a request carries.
    package struct Body: Sendable {
        /// By media type.
        package let shapes: [(type: String, schema: Schema)]
        package let example: String

        package init(shapes: [(type: String, schema: Schema)], example: String) {
            self.shapes = shapes
            self.example = example
        }

        package static func json(_ schema: Schema, example: String = "") -> Body {
            Body(shapes: [("application/json", schema)], example: example)
        }
    }

    package struct Promise: Sendable {
        package let status: HTTPResponse.Status
        package let about: String
        /// By media type; none: no content.
        package let shapes: [(type: String, schema: Schema)]
        package let headers: [String]

        package init(_ status: HTTPResponse.Status, _ about: String, _ schema: Schema? = nil, headers: [String] = []) {
            self.status = status
            self.about = about
            shapes = schema.map { [("application/json", $0)] } ?? []
            self.headers = headers
        }

        package init(_ status: HTTPResponse.Status, _ about: String, shapes: [(type: String, schema: Schema)]) {
            self.status = status
            self.about = about
            self.shapes = shapes
            headers = []
        }
    }

    package let method: HTTPRequest.Method
    /// With `{name}` where a parameter stands.
    package let path: String
    package let group: String
    package let summary: String
    package let about: String
    package let access: Access
    package let parameters: [Parameter]
    package let body: Body?
    package let promises: [Promise]
    /// Problems that it answers with, beside those that every route can meet.
    package let problems: [ProblemKind]
    package let handle: @Sendable (APIRequest) async throws -> Reply

    package init(
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
    package var allProblems: [ProblemKind] {
        var kinds: [ProblemKind] = [.misdirected, .tooManyRequests, .busy, .unavailable, .fault]
        if access != .everyone { kinds += [.signInMissing, .notPermitted] }
        if parameters.contains(where: { $0.place != .path }) || !parameters.isEmpty { kinds.append(.badRequest) }
        if body != nil { kinds += [.badRequest, .tooLarge, .mediaType, .invalid, .slow] }
        var seen: Set<ProblemKind> = []
        return (kinds + problems).filter { seen.insert($0).inserted }
    }
}
