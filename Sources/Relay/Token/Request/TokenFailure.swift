/// Why there is no token. Programs branch on the case, which comes from OAuth2's `error`; numbers and texts are for people.
package enum TokenFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Network, 5xx, 429, `temporarily_unavailable`: harms nothing. `retryAfter` in seconds, from the Retry-After field.
    case temporary(String, retryAfter: Double?)
    /// `invalid_grant`, `interaction_required`, `consent_required`, `login_required`: the grant needs a person.
    case grant(error: String, detail: String)
    /// The same, of a key that signs for each mailbox (a service account): this one it may not open, whatever becomes of the others.
    case mailbox(error: String, detail: String)
    /// `invalid_client`, `unauthorized_client`, `invalid_scope`: the application is misconfigured; its grants wait, untouched.
    case application(error: String, detail: String)
    /// There is nothing to ask with: no secret, no refresh token, the grant is off or gone.
    case missing(String)

    /// What the errors of a grant's program begin with, which are ours and no provider's.
    package static let program = "command_"

    package var description: String {
        switch self {
        case .temporary(let why, _): "no token for now: \(why)"
        case .grant(let error, let detail):
            error.hasPrefix(Self.program) ? "the grant's program: \(detail)" : "the grant needs consent (\(error)): \(detail)"
        case .mailbox(let error, let detail): "the provider gives no token for this mailbox (\(error)): \(detail)"
        case .application(let error, let detail): "the application was refused (\(error)): \(detail)"
        case .missing(let what): what
        }
    }

    /// The same answer means another thing by the kind of grant that was asked with: only a person's consent can be given again.
    func judged(for kind: Grant.Kind) -> TokenFailure {
        guard case .grant(let error, let detail) = self else { return self }
        return switch kind {
        case .consent: self
        // Nobody consents to a program: it is the grant's own, and mended by hand.
        case .command: self
        case .serviceAccount: .mailbox(error: error, detail: detail)
        case .appOnly: .application(error: error, detail: detail)
        }
    }
}
