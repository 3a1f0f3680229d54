/// What a pretend provider answers over HTTPS, at the paths of the real ones.
package enum Door: String, Sendable, Hashable, CaseIterable {
    case authorize, token, device, keys, metadata, userinfo, revoke
    /// Where a person types a device code.
    case codeEntry = "code-entry"

    /// Both flavours' paths are open: which of them are told is the flavour's business.
    var paths: [String] {
        switch self {
        case .authorize: ["/{tenant}/oauth2/v2.0/authorize", "/o/oauth2/v2/auth"]
        case .token: ["/{tenant}/oauth2/v2.0/token", "/token"]
        case .device: ["/{tenant}/oauth2/v2.0/devicecode", "/device/code"]
        case .keys: ["/{tenant}/discovery/v2.0/keys", "/oauth2/v3/certs"]
        case .metadata: ["/{tenant}/v2.0/.well-known/openid-configuration", "/.well-known/openid-configuration"]
        case .userinfo: ["/oidc/userinfo", "/v1/userinfo"]
        case .revoke: ["/revoke"]
        case .codeEntry: ["/device"]
        }
    }

    var takesGet: Bool {
        switch self {
        case .authorize, .keys, .metadata, .userinfo, .codeEntry: true
        case .token, .device, .revoke: false
        }
    }

    var takesPost: Bool {
        switch self {
        case .authorize, .token, .device, .revoke, .codeEntry: true
        case .keys, .metadata, .userinfo: false
        }
    }
}
