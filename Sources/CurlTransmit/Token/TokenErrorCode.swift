internal import Relay

/// The `error` values that token endpoints are known to answer with. Programs branch on these and on nothing else: Microsoft's AADSTS
/// numbers are for people, and change.
enum TokenErrorCode: String, CaseIterable, Sendable {
    // RFC 6749 section 5.2
    case invalidRequest = "invalid_request"
    case invalidClient = "invalid_client"
    case invalidGrant = "invalid_grant"
    case unauthorizedClient = "unauthorized_client"
    case unsupportedGrantType = "unsupported_grant_type"
    case invalidScope = "invalid_scope"
    // RFC 6749 section 4.1.2.1, seen from token endpoints too
    case accessDenied = "access_denied"
    case unsupportedResponseType = "unsupported_response_type"
    case serverError = "server_error"
    case temporarilyUnavailable = "temporarily_unavailable"
    // RFC 8707 and its Microsoft forerunner
    case invalidTarget = "invalid_target"
    case invalidResource = "invalid_resource"
    // OpenID Connect and Microsoft: a person has to sign in or agree
    case interactionRequired = "interaction_required"
    case consentRequired = "consent_required"
    case loginRequired = "login_required"
    case accountSelectionRequired = "account_selection_required"
    // RFC 8628
    case authorizationPending = "authorization_pending"
    case slowDown = "slow_down"
    case expiredToken = "expired_token"
    // Google
    case deletedClient = "deleted_client"
    case disabledClient = "disabled_client"
    case internalFailure = "internal_failure"
    case orgInternal = "org_internal"
    case adminPolicyEnforced = "admin_policy_enforced"
    case rateLimitExceeded = "rate_limit_exceeded"

    /// Who can mend it.
    enum Remedy: Hashable, Sendable {
        /// Time.
        case waiting
        /// Somebody's consent.
        case consent
        /// Whoever keeps the app registration.
        case configuration
    }

    /// Written out case by case: a new code must not compile until someone has decided what it means.
    var remedy: Remedy {
        switch self {
        case .invalidGrant, .interactionRequired, .consentRequired, .loginRequired, .accountSelectionRequired, .expiredToken: .consent
        case .invalidRequest, .invalidClient, .unauthorizedClient, .unsupportedGrantType, .invalidScope, .accessDenied,
            .unsupportedResponseType, .invalidTarget, .invalidResource, .deletedClient, .disabledClient, .orgInternal,
            .adminPolicyEnforced:
            .configuration
        case .serverError, .temporarilyUnavailable, .authorizationPending, .slowDown, .internalFailure, .rateLimitExceeded: .waiting
        }
    }
}

/// What an unwelcome answer says for itself.
enum ReportedError: Sendable, Hashable {
    case known(TokenErrorCode)
    /// An `error` we have no case for, cleaned for reading.
    case unknown(String)
    /// No JSON, or none with an `error`: a proxy's page, a gateway's apology.
    case none

    /// The status outranks the text: behind a 429 or a 5xx nothing was decided about the grant, whatever the body says. Unknown means
    /// temporary: a late mail is better than a grant thrown away.
    func failure(status: Int, detail: String, retryAfter: Double?) -> TokenFailure {
        let isOverload = status == 429 || status >= 500
        switch self {
        case .known(let code) where isOverload: return .temporary("\(status) \(code.rawValue): \(detail)", retryAfter: retryAfter)
        case .known(let code):
            switch code.remedy {
            case .waiting: return .temporary("\(code.rawValue): \(detail)", retryAfter: retryAfter)
            case .consent: return .grant(error: code.rawValue, detail: detail)
            case .configuration: return .application(error: code.rawValue, detail: detail)
            }
        // Some have one text for both members.
        case .unknown(let text) where detail == text: return .temporary("\(status) \(text)", retryAfter: retryAfter)
        case .unknown(let text): return .temporary("\(status) \(text): \(detail)", retryAfter: retryAfter)
        case .none: return .temporary("the token endpoint answered \(status) without an OAuth2 error", retryAfter: retryAfter)
        }
    }
}
