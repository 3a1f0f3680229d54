internal import Relay
internal import struct FoundationEssentials.Date

/// Reads a token endpoint's answer: pure, so that every odd answer a provider ever gave can stand in a table.
struct TokenReply {
    private let response: HTTPResponse
    private let detail: TokenDetail
    private let now: Date

    init(_ response: HTTPResponse, detail: TokenDetail, now: Date) {
        self.response = response
        self.detail = detail
        self.now = now
    }

    var status: Int { response.status }
    var body: [UInt8] { response.body }
    var error: String? { TokenFields(json: response.body)?.error }
    var failure: TokenFailure { refusal(TokenFields(json: response.body)) }

    /// Of an answer that needs no body.
    func acknowledge() throws(TokenFailure) {
        guard (200..<300).contains(response.status) else { throw failure }
    }

    func answer() throws(TokenFailure) -> TokenAnswer {
        let fields = TokenFields(json: response.body)
        guard response.status == 200, let fields else { throw refusal(fields) }
        // Some servers say 200 and mean the error inside.
        guard fields.error == nil || fields.accessToken != nil else { throw refusal(fields) }
        guard let token = fields.accessToken else { throw unusable("there is no access_token in it") }
        guard Self.isToken(token) else { throw unusable("its access_token is empty or has characters no token may have") }
        guard let type = fields.tokenType else { throw unusable("there is no token_type in it") }
        guard type.lowercased() == "bearer" else { throw unusable("its token_type is \(detail.line(type)), not Bearer") }
        return TokenAnswer(
            accessToken: Secret(token), lifetime: Self.lifetime(fields.expiresIn), refreshToken: fields.refreshToken.map { Secret($0) },
            scope: fields.scope, idToken: fields.idToken.map { Secret($0) })
    }

    /// RFC 6749 appendix A.12, without the space that RFC 6750's header cannot carry. A control character would also end XOAUTH2's field.
    private static func isToken(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }

    /// RFC 6749 leaves `expires_in` out only where it is told elsewhere; an hour is what all the large providers give. What cannot be read
    /// counts as left out: to throw away the answer for it would lose a rotated refresh token. From a second to thirty days.
    private static func lifetime(_ seconds: Double?) -> Double { min(max(seconds ?? 3600, 1), 30 * 86_400) }

    private func refusal(_ fields: TokenFields?) -> TokenFailure {
        let reported: ReportedError =
            switch fields?.error {
            case nil: .none
            case .some(let text): TokenErrorCode(rawValue: text).map { .known($0) } ?? .unknown(detail.line(text))
            }
        return reported.failure(status: response.status, detail: detail.line(fields?.errorDescription), retryAfter: retryAfter)
    }

    private func unusable(_ why: String) -> TokenFailure {
        .temporary("the token endpoint's answer cannot be used: \(why)", retryAfter: retryAfter)
    }

    private var retryAfter: Double? { RetryAfter.seconds(response.value(of: "Retry-After"), now: now) }
}
