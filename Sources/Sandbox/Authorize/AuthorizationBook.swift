/// Codes under way: those a browser brings back, and those a person types in at another screen.
struct AuthorizationBook: Sendable {
    /// RFC 6749 section 4.1.2: at most ten minutes.
    static let codeLife = 600.0
    /// Entra's quarter of an hour; RFC 8628 section 3.2.
    static let deviceLife = 900.0

    struct Code: Sendable {
        var login: String
        var clientID: String
        var redirectURI: String
        var challenge: String?
        var nonce: String?
        var scopes: [String]
        var expires: Double
        /// The consent that its first use opened: a second use ends it (RFC 6749 section 4.1.2).
        var consent: Int?
    }

    struct Device: Sendable {
        enum Answer: Sendable, Hashable {
            case waiting
            case allowed(login: String)
            case denied
        }

        var userCode: String
        var clientID: String
        var scopes: [String]
        var expires: Double
        var interval: Double
        var lastAsked: Double?
        var answer = Answer.waiting
        var isUsed = false
    }

    var codes: [String: Code] = [:]
    var devices: [String: Device] = [:]
    /// Of client assertions, which count once.
    var assertions: Set<String> = []
    /// Whom an application has had a refresh token of already: Google gives one on the first consent only.
    var consented: Set<String> = []

    mutating func forget(before now: Double) {
        codes = codes.filter { $0.value.expires > now - 3600 }
        devices = devices.filter { $0.value.expires > now - 3600 }
    }
}
