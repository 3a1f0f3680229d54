/// What a pretend provider answers over HTTPS, at the paths of the real ones.
package enum Door: String, Sendable, Hashable, CaseIterable {
    case authorize, token, device, keys, metadata, userinfo, revoke
    /// Where a person types a device code.
    case codeEntry = "code-entry"
    /// Mail by API.
    case graphSend = "graph-send", gmailSend = "gmail-send", gmailUpload = "gmail-upload", gmailSenders = "gmail-senders"

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
        case .graphSend: ["/v1.0/me/sendMail", "/v1.0/users/{user}/sendMail"]
        case .gmailSend: ["/gmail/v1/users/{user}/messages/send"]
        case .gmailUpload: ["/upload/gmail/v1/users/{user}/messages/send"]
        case .gmailSenders: ["/gmail/v1/users/{user}/settings/sendAs"]
        }
    }

    var takesGet: Bool {
        switch self {
        case .authorize, .keys, .metadata, .userinfo, .codeEntry, .gmailSenders: true
        case .token, .device, .revoke, .graphSend, .gmailSend, .gmailUpload: false
        }
    }

    /// The second half of an upload.
    var takesPut: Bool { self == .gmailUpload }

    /// What it takes is a message and no form.
    var takesMail: Bool {
        switch self {
        case .graphSend, .gmailSend, .gmailUpload: true
        case .authorize, .token, .device, .keys, .metadata, .userinfo, .revoke, .codeEntry, .gmailSenders: false
        }
    }

    var takesPost: Bool {
        switch self {
        case .authorize, .token, .device, .revoke, .codeEntry, .graphSend, .gmailSend, .gmailUpload: true
        case .keys, .metadata, .userinfo, .gmailSenders: false
        }
    }
}
