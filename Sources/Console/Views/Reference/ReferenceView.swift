internal import Web
internal import HTTPTypes
internal import Relay

/// *API reference*: every route with what it takes and answers, made of the very values that the router and OpenAPI are made of.
struct ReferenceView: Sendable {
    static let routes: [ConsoleRoute] = [.get("/api") { request in .page(ReferenceView(request).page()) }]

    private let request: ConsoleRequest

    private var reference: APIReference { request.state.reference }

    private init(_ request: ConsoleRequest) { self.request = request }

    private func page() -> Page {
        var names: [String] = []
        for endpoint in reference.endpoints where !names.contains(endpoint.group) { names.append(endpoint.group) }
        return Page("api", "API reference", ["groups": .list(names.map(group))])
    }

    private func group(_ name: String) -> DocumentValue {
        [
            "anchor": .text("group-" + Self.anchor(name)), "name": .text(name), "about": .text(Self.about(name)),
            "routes": .list(reference.endpoints.filter { $0.group == name }.map(route)),
        ]
    }

    private static func about(_ group: String) -> String {
        switch group {
        case "Asking and sending": "For programs: whose mail is it, and take it."
        case "Audit": "What auditors read and prove; the tables also as CSV."
        case "About": "Who asks."
        default: "The same as these pages do."
        }
    }

    /// Every key is there and no text is missing, so that nothing is looked up in the group.
    private func route(_ endpoint: Endpoint) -> DocumentValue {
        [
            "anchor": .text(Self.anchor("\(endpoint.method.rawValue) \(endpoint.path)")), "method": .text(endpoint.method.rawValue),
            "path": .text(endpoint.path), "summary": .text(endpoint.summary),
            "about": .text(endpoint.about.isEmpty ? endpoint.summary.sentence : endpoint.about), "roles": .text(endpoint.access.words),
            "has_parameters": .flag(!endpoint.parameters.isEmpty), "parameters": .list(endpoint.parameters.map(parameter)),
            "request": endpoint.body.map(described) ?? .null, "responses": .list(responses(endpoint)),
            "example": .text(CurlExample(endpoint, at: request.dependencies.address).text),
        ]
    }

    /// `post-v1-grants-id-renew`
    private static func anchor(_ text: String) -> String {
        text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.joined(separator: "-")
    }

    private func parameter(_ parameter: Endpoint.Parameter) -> DocumentValue {
        [
            "name": .text(parameter.name), "in": .text(parameter.place.rawValue), "required": .flag(parameter.isRequired),
            "type": .text(parameter.schema.words), "about": .text(parameter.about),
        ]
    }

    private func described(_ body: Endpoint.Body) -> DocumentValue {
        var types: [String] = []
        for shape in body.shapes where !types.contains(shape.type) { types.append(shape.type) }
        let about = body.shapes.map { "\($0.type): \($0.schema.summary(reference))" }.joined(separator: "; ")
        return [
            "type": .text(types.joined(separator: " or ")),
            "about": .text(types.count == 1 ? body.shapes[0].schema.summary(reference).sentence : about),
            "sample": DocumentValue(body.example.isEmpty ? nil : body.example),
        ]
    }

    private func responses(_ endpoint: Endpoint) -> [DocumentValue] {
        let promised = endpoint.promises.map { promise in
            let shapes = promise.shapes.map { "\($0.type): \($0.schema.summary(reference))" }.joined(separator: "; ")
            return response(promise.status.code, shapes.isEmpty ? promise.about : "\(promise.about) (\(shapes))")
        }
        // Several problems may share a status.
        let problems = Dictionary(grouping: endpoint.allProblems) { $0.status.code }.sorted { $0.key < $1.key }
        return promised
            + problems.map { status, kinds in
                response(status, kinds.map { "\($0.rawValue): \($0.title)" }.joined(separator: "; "))
            }
    }

    private func response(_ status: Int, _ about: String) -> DocumentValue { ["status": .text(String(status)), "about": .text(about)] }
}

extension Endpoint.Access {
    fileprivate var words: String {
        switch self {
        case .everyone: "everyone, without a key"
        case .roles(let roles): Role.sorted(roles).joined(separator: ", ")
        }
    }
}

extension Schema {
    /// Its words, and the fields of an object.
    fileprivate func summary(_ reference: APIReference) -> String {
        switch self {
        case .object(let fields, _):
            "{\(fields.map { "\($0.name)\($0.isRequired ? "" : "?"): \($0.schema.words)" }.joined(separator: ", "))}"
        case .either(let schemas): schemas.map { $0.summary(reference) }.joined(separator: " or ")
        case .named(let name):
            // One step: what a component names again is in its own place in OpenAPI.
            reference.components.first { $0.name == name }.map { "\(name) \($0.schema.fieldNames)" } ?? name
        case .list(let schema, _, _): "list of \(schema.summary(reference))"
        case .optional(let schema): "\(schema.summary(reference)) or null"
        case .text, .choice, .number, .flag, .map, .anything: words
        }
    }

    private var fieldNames: String {
        guard case .object(let fields, _) = self else { return "(\(words))" }
        return "{\(fields.map { $0.name + ($0.isRequired ? "" : "?") }.joined(separator: ", "))}"
    }
}
