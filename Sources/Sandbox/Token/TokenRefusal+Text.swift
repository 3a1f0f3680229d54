extension TokenRefusal {
    /// The sentence after the number, as Entra words it. For people; programs must not read it.
    var text: String {
        switch self {
        case .missingParameter(let name): "The request body must contain the following parameter: '\(name)'."
        case .repeatedParameter(let name): "The request is not properly formatted. The parameter '\(name)' is duplicated."
        case .unsupportedGrant(let grant): "The app requested an unsupported grant type '\(grant)'."
        case .tenantMalformed(let name): "Specified tenant identifier '\(name)' is neither a valid DNS name, nor a valid external domain."
        case .tenantNotFound(let name): "Tenant '\(name)' not found. \(Self.checkTenant)"
        case .tenantNotNamed: "No tenant-identifying information found in either the request or implied by any provided credentials."
        case .unknownApplication(let clientID, let tenant):
            "Application with identifier '\(clientID)' was not found in the directory '\(tenant)'. \(Self.notInstalled)"
        case .secretMissing: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        case .wrongSecret(let clientID): "Invalid client secret provided. \(Self.valueNotID) '\(clientID)'."
        case .expiredSecret(let clientID): "The provided client secret keys for app '\(clientID)' are expired. \(Self.newKeys)"
        case .scopeNotDefault(let scope): "The provided value for scope \(scope) is not valid. \(Self.needsDefault)"
        case .scopeInvalid(let scope): "\(Self.needsScope) The scope \(scope) is not valid."
        case .severalResources(let scope): "\(Self.oneResource) Scope \(scope) is not valid."
        case .unknownResource(let name, let tenant):
            "The resource principal named \(name) was not found in the tenant named \(tenant). \(Self.notInstalled)"
        case .refreshMalformed: "Invalid request. Request is malformed or invalid."
        case .refreshForeign: "Provided grant is invalid or malformed."
        case .refreshSpent: "The provided refresh token was already redeemed and is no longer valid."
        case .refreshRevoked(let granted, let validFrom): Self.revoked(Timestamp(granted), Timestamp(validFrom))
        case .refreshInactive(let issued, let days):
            "The refresh token has expired due to inactivity. The token was issued on \(Timestamp(issued).exchange) and was inactive for "
                + "\(days).00:00:00."
        case .refreshExpired: "The provided authorization code or refresh token has expired due to inactivity. \(Self.signInAgain)"
        case .multiFactor(let resource): "\(Self.secondFactor) '\(resource)'."
        case .blockedByPolicy: "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."
        case .codeUnknown: "The authorization code is malformed or invalid."
        case .codeSpent:
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."
        case .codeExpired: "The provided authorization code or refresh token has expired due to inactivity. \(Self.signInAgain)"
        case .redirectDiffers: "The redirect URI specified in the request does not match the one the code was given to."
        case .verifierDiffers: "The Code_Verifier does not match the code_challenge supplied in the authorization request."
        case .assertion(let words): words
        case .device(let error): "The device code flow answered \(error)."
        case .google(_, let description): description
        case .notConsented(let clientID, let name):
            "The user or administrator has not consented to use the application with ID '\(clientID)' named '\(name)'. \(Self.signInAgain)"
        }
    }

    private static let checkTenant =
        "Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription "
        + "administrator, this may happen if there are no active subscriptions for the tenant."
    private static let notInstalled =
        "This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the "
        + "tenant. You may have sent your authentication request to the wrong tenant."
    private static let valueNotID =
        "Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app"
    private static let newKeys =
        "Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials "
        + "for added security: https://aka.ms/certCreds."
    private static let needsDefault =
        "Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
    private static let needsScope =
        "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid."
    private static let oneResource =
        "Provided value for the input parameter scope is not valid because it contains more than one resource."
    private static let signInAgain = "Send a new interactive authorization request for this user and resource."
    private static let secondFactor =
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor "
        + "authentication to access"

    private static func revoked(_ granted: Timestamp, _ validFrom: Timestamp) -> String {
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their "
            + "password. The grant was issued on '\(granted.exchange)' and the TokensValidFrom date (before which tokens are not valid) for "
            + "this user is '\(validFrom.exchange)'."
    }
}
