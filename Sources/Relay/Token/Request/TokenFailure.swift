/// Why there is no token. Programs branch on the case, which comes from OAuth2's `error`; numbers and texts are for people.
package enum TokenFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Network, 5xx, 429, `temporarily_unavailable`: harms nothing. `retryAfter` in seconds, from the Retry-After field.
    case temporary(String, retryAfter: Double?)
    /// `invalid_grant`, `interaction_required`, `consent_required`, `login_required`: the grant needs a person.
    case grant(error: String, detail: String)
    /// `invalid_client`, `unauthorized_client`, `invalid_scope`: the application is misconfigured; its grants wait, untouched.
    case application(error: String, detail: String)
    /// There is nothing to ask with: no secret, no refresh token, the grant is off or gone.
    case missing(String)

    package var description: String {
        switch self {
        case .temporary(let why, _): "no token for now: \(why)"
        case .grant(let error, let detail): "the grant needs consent (\(error)): \(detail)"
        case .application(let error, let detail): "the application was refused (\(error)): \(detail)"
        case .missing(let what): what
        }
    }
}
