/// What a browser brings back from the provider (RFC 6749 sections 4.1.2 and 4.1.2.1, RFC 9207), with `response_mode=query`.
package struct AuthorizationResponse: Sendable {
    package enum Answer: Sendable {
        case code(Secret)
        case error(String, description: String)
    }

    package let state: String
    package let answer: Answer
    package let issuer: String?

    /// `text`: a query, or the whole address that a person copied from the browser. nil: it is no answer to anything; every parameter
    /// may stand there once (RFC 6749 section 3.1).
    package init?(_ text: String) {
        let query = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).last ?? ""
        guard let pairs = PercentCoding.fields(String(query.prefix { $0 != "#" })) else { return nil }
        var fields: [String: String] = [:]
        for (name, value) in pairs {
            guard fields.updateValue(value, forKey: name) == nil || !Self.names.contains(name) else { return nil }
        }
        guard let state = fields["state"], !state.isEmpty, state.utf8.count <= 512 else { return nil }
        self.state = state
        issuer = fields["iss"]
        switch (fields["code"], fields["error"]) {
        case (let code?, nil) where !code.isEmpty && code.utf8.count <= 16_384: answer = .code(Secret(code))
        case (nil, let error?) where !error.isEmpty: answer = .error(error, description: fields["error_description"] ?? "")
        default: return nil
        }
    }

    private static let names: Set = ["code", "state", "iss", "error", "error_description"]
}
