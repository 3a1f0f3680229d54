internal import Web
internal import HTTPTypes
internal import Relay

/// What the API promises, as OpenAPI 3.1, made of the very routes that keep it.
enum OpenAPI {
    static func document(_ endpoints: [Endpoint], server: String, version: String) -> DocumentValue {
        var paths: [DocumentValue.Entry] = []
        for endpoint in endpoints {
            let operation = DocumentValue.Entry(endpoint.method.rawValue.lowercased(), self.operation(endpoint))
            if let place = paths.firstIndex(where: { $0.key == endpoint.path }) {
                paths[place].value = paths[place].value.adding([operation])
            } else {
                paths.append(.init(endpoint.path, .map([operation])))
            }
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Mandate", "version": .text(version.isEmpty ? "development" : version),
                "summary": "Which address a message is from, which mailbox carries it, and which token opens that mailbox.",
            ],
            "servers": [["url": .text(server)]],
            "security": [["key": []]],
            "paths": .map(paths),
            "components": [
                "securitySchemes": ["key": ["type": "http", "scheme": "bearer", "description": "a client's key"]],
                "schemas": .map(
                    components.map { DocumentValue.Entry($0.name, $0.schema.document) } + [.init("Problem", problem.document)]),
            ],
        ]
    }

    private static func operation(_ endpoint: Endpoint) -> DocumentValue {
        var entries: [DocumentValue.Entry] = [
            .init("operationId", .text(endpoint.operationID)), .init("summary", .text(endpoint.summary)),
            .init("tags", [.text(endpoint.group)]),
            .init("description", .text(endpoint.description)),
        ]
        if endpoint.access == .everyone { entries.append(.init("security", [])) }
        if !endpoint.parameters.isEmpty { entries.append(.init("parameters", .list(endpoint.parameters.map(parameter)))) }
        if let body = endpoint.body {
            entries.append(.init("requestBody", ["required": true, "content": content(body.shapes)]))
        }
        var answers: [DocumentValue.Entry] = []
        for promise in endpoint.promises {
            var answer: DocumentValue = ["description": .text(promise.about)]
            if !promise.shapes.isEmpty { answer = answer.adding([.init("content", content(promise.shapes))]) }
            let headers = promise.headers.map { DocumentValue.Entry($0, ["schema": ["type": "string"]]) }
            if !headers.isEmpty { answer = answer.adding([.init("headers", .map(headers))]) }
            answers.append(.init(String(promise.status.code), answer))
        }
        entries.append(.init("responses", .map(answers + problems(endpoint))))
        return .map(entries)
    }

    private static func parameter(_ parameter: Endpoint.Parameter) -> DocumentValue {
        [
            "name": .text(parameter.name), "in": .text(parameter.place.rawValue), "required": .flag(parameter.isRequired),
            "description": .text(parameter.about), "schema": parameter.schema.document,
        ]
    }

    private static func content(_ shapes: [(type: String, schema: Schema)]) -> DocumentValue {
        .map(shapes.map { DocumentValue.Entry($0.type, ["schema": $0.schema.document]) })
    }

    /// Several problems may share a status.
    private static func problems(_ endpoint: Endpoint) -> [DocumentValue.Entry] {
        let promised = Set(endpoint.promises.map(\.status.code))
        let kinds = Dictionary(grouping: endpoint.allProblems) { $0.status.code }.filter { !promised.contains($0.key) }
        return kinds.sorted { $0.key < $1.key }.map { status, kinds in
            let words = kinds.map { "\($0.rawValue): \($0.title)" }.joined(separator: "; ")
            return .init(
                String(status),
                [
                    "description": .text(words),
                    "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
                ])
        }
    }
}

extension Endpoint {
    /// `post_v1_grants_id_renew`
    fileprivate var operationID: String {
        ([method.rawValue.lowercased()] + path.split { "/{}-.".contains($0) }.map(String.init)).joined(separator: "_")
    }

    /// With whom it is for.
    fileprivate var description: String {
        switch access {
        case .everyone: about
        case .roles(let roles): (about.isEmpty ? "" : about + "\n\n") + "For: \(Role.sorted(roles).joined(separator: ", "))."
        }
    }
}
