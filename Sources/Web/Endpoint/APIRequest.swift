internal import Crypto
internal import HTTPTypes
package import Hummingbird
internal import Mail
internal import NIOCore
package import Relay
package import struct FoundationEssentials.Date

/// One request, as the route that answers it sees it: who asks, and what, already held against what the route takes.
package struct APIRequest: Sendable {
    package let http: Request
    package let requestID: String
    package let visitor: Visitor
    package let dependencies: WebDependencies
    /// Decoded; by name.
    package let path: [String: String]
    package let query: Query
    package let now: Date

    package init(
        http: Request, requestID: String, visitor: Visitor, dependencies: WebDependencies, path: [String: String], query: Query, now: Date
    ) {
        self.http = http
        self.requestID = requestID
        self.visitor = visitor
        self.dependencies = dependencies
        self.path = path
        self.query = query
        self.now = now
    }

    /// The client who asks; only on routes that want one.
    package var client: Client {
        get throws(Problem) {
            guard let client = visitor.client else {
                throw Problem(.signInMissing, "this needs a key", fix: "send Authorization: Bearer KEY")
            }
            return client
        }
    }

    package func path(_ name: String) -> String { path[name] ?? "" }

    package func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { http.headers[$0] } }

    /// The whole body as one document, whatever was meant by it.
    package func document() async throws -> DocumentReader {
        try expect(["application/json"])
        let bytes = try await body.collect(limit: dependencies.settings.largestDocument)
        do throws(JSONError) { return DocumentReader(try JSONReader.value(bytes)) } catch { throw Problem(.badRequest, error.description) }
    }

    package var body: BodyReader { BodyReader(http.body, now: dependencies.accept.now) }

    /// The media type of the body is one of these; answers which.
    @discardableResult
    package func expect(_ types: [String]) throws(Problem) -> String {
        if let coding = http.headers[.contentEncoding], coding.lowercased() != "identity" {
            throw Problem(.mediaType, "a body in \(coding) is not taken", fix: "send it as it is")
        }
        let field = http.headers[.contentType] ?? ""
        // Nearly always: spelt as it is documented.
        if types.contains(field) { return field }
        let given = field.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() } ?? ""
        guard types.contains(given) else {
            let what = given.isEmpty ? "no Content-Type" : given
            throw Problem(.mediaType, "\(what) is not taken here", fix: "send Content-Type: \(types.joined(separator: " or "))")
        }
        return given
    }

    /// A fresh id.
    package func identifier<Named>(_ prefix: String) -> Identifier<Named> {
        var generator = dependencies.accept.generator()
        return Identifier(prefix: prefix, using: &generator)
    }
}
