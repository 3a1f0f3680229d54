/// Every reason for which the token endpoint says no, with Entra's error, number, status and wording.
package enum TokenRefusal: Error, Sendable, Hashable {
    case missingParameter(String)
    case repeatedParameter(String)
    case unsupportedGrant(String)
    case tenantMalformed(String)
    case tenantNotFound(String)
    case tenantNotNamed
    case unknownApplication(String, tenant: String)
    case secretMissing
    case wrongSecret(clientID: String)
    case expiredSecret(clientID: String)
    case scopeNotDefault(String)
    case scopeInvalid(String)
    case severalResources(String)
    case unknownResource(String, tenant: String)
    case refreshMalformed
    case refreshForeign
    case refreshSpent
    case refreshRevoked(granted: Double, validFrom: Double)
    case refreshInactive(issued: Double, days: Int)
    case refreshExpired
    case multiFactor(resource: String)
    case blockedByPolicy
    case notConsented(clientID: String, name: String)
    case codeUnknown
    case codeSpent
    case codeExpired
    case redirectDiffers
    case verifierDiffers
    case assertion(String)
    case device(String)
    case google(error: String, description: String)

    /// RFC 6749's word, the one a program may branch on.
    package var error: String {
        switch self {
        case .missingParameter, .repeatedParameter, .tenantMalformed, .tenantNotFound, .tenantNotNamed, .severalResources: "invalid_request"
        case .unsupportedGrant: "unsupported_grant_type"
        case .unknownApplication: "unauthorized_client"
        case .secretMissing, .wrongSecret, .expiredSecret: "invalid_client"
        case .scopeNotDefault, .scopeInvalid: "invalid_scope"
        case .unknownResource: "invalid_resource"
        case .refreshMalformed, .refreshForeign, .refreshSpent, .refreshRevoked, .refreshInactive, .refreshExpired, .blockedByPolicy,
            .notConsented:
            "invalid_grant"
        case .multiFactor: "interaction_required"
        case .codeUnknown, .codeSpent, .codeExpired, .verifierDiffers, .redirectDiffers: "invalid_grant"
        case .assertion: "invalid_client"
        case .device(let error): error
        case .google(let error, _): error
        }
    }

    package var status: Int { error == "invalid_client" ? 401 : 400 }

    /// The digits after AADSTS.
    package var number: Int {
        switch self {
        case .missingParameter: 900_144
        case .repeatedParameter: 9_000_411
        case .unsupportedGrant: 70_003
        case .tenantMalformed: 900_023
        case .tenantNotFound: 90_002
        case .tenantNotNamed: 50_059
        case .unknownApplication: 700_016
        case .secretMissing: 7_000_218
        case .wrongSecret: 7_000_215
        case .expiredSecret: 7_000_222
        case .scopeNotDefault: 1_002_012
        case .scopeInvalid: 70_011
        case .severalResources: 28_000
        case .unknownResource: 500_011
        case .refreshMalformed: 9_002_313
        case .refreshForeign, .refreshSpent: 70_000
        case .refreshRevoked: 50_173
        case .refreshInactive: 700_082
        case .refreshExpired: 70_008
        case .multiFactor: 50_076
        case .blockedByPolicy: 53_003
        case .notConsented: 65_001
        case .codeUnknown: 9_002_313
        case .codeSpent: 54_005
        case .codeExpired: 70_008
        case .redirectDiffers: 50_011
        case .verifierDiffers: 501_481
        case .assertion: 700_027
        case .device: 70_016
        case .google: 0
        }
    }

    /// Entra's finer hint, where it gives one.
    var suberror: String? {
        switch self {
        case .notConsented: "consent_required"
        case .multiFactor: "basic_action"
        case .blockedByPolicy: "message_only"
        case .refreshRevoked, .refreshInactive: "bad_token"
        case .missingParameter, .repeatedParameter, .unsupportedGrant, .tenantMalformed, .tenantNotFound, .tenantNotNamed,
            .unknownApplication, .secretMissing, .wrongSecret, .expiredSecret, .scopeNotDefault, .scopeInvalid, .severalResources,
            .unknownResource, .refreshMalformed, .refreshForeign, .refreshSpent, .refreshExpired, .codeUnknown, .codeSpent, .codeExpired,
            .redirectDiffers, .verifierDiffers, .assertion, .device, .google:
            nil
        }
    }
}
