internal import Foundation

/// What the token endpoint sends back: status, extra fields, body.
package struct TokenAnswer: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var status: Int
    package var contentType = "application/json; charset=utf-8"
    package var fields: [Field] = []
    package var body: String

    package init(status: Int, contentType: String = "application/json; charset=utf-8", fields: [Field] = [], body: String) {
        self.status = status
        self.contentType = contentType
        self.fields = fields
        self.body = body
    }

    static func granted(access: String, lifetime: Int, scope: String?, refresh: String?, identity: String? = nil) -> TokenAnswer {
        let grant = Grant(
            token_type: "Bearer", scope: scope, expires_in: lifetime, ext_expires_in: lifetime, access_token: access,
            refresh_token: refresh,
            id_token: identity)
        return TokenAnswer(status: 200, body: encoded(grant))
    }

    static func refused(_ refusal: TokenRefusal, trace: String, correlation: String, at now: Double) -> TokenAnswer {
        let timestamp = Timestamp(now).entra
        let failure = Failure(
            error: refusal.error,
            error_description: "AADSTS\(refusal.number): \(refusal.text) Trace ID: \(trace) Correlation ID: \(correlation) "
                + "Timestamp: \(timestamp)",
            error_codes: [refusal.number], timestamp: timestamp, trace_id: trace, correlation_id: correlation,
            error_uri: "https://login.microsoftonline.com/error?code=\(refusal.number)", suberror: refusal.suberror)
        return TokenAnswer(status: refusal.status, body: encoded(failure))
    }

    /// An error as Google words one.
    static func failure(_ status: Int, _ error: String, _ description: String) -> TokenAnswer {
        TokenAnswer(status: status, body: JSONText.text(["error": error, "error_description": description]))
    }

    private static func encoded(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            preconditionFailure("texts and integers always encode: \(error)")
        }
    }

    // Named as on the wire, so that no table of coding keys can disagree with it.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    private struct Grant: Encodable {
        let token_type: String
        let scope: String?
        let expires_in: Int
        let ext_expires_in: Int
        let access_token: String
        let refresh_token: String?
        let id_token: String?
    }

    // swift-format-ignore: AlwaysUseLowerCamelCase
    private struct Failure: Encodable {
        let error: String
        let error_description: String
        let error_codes: [Int]
        let timestamp: String
        let trace_id: String
        let correlation_id: String
        let error_uri: String
        let suberror: String?
    }
}
