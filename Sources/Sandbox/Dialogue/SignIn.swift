internal import Foundation

/// What a client presented to AUTH.
enum SignIn: Sendable, Hashable {
    case token(login: String, token: String)
    /// AUTH LOGIN: the password itself is thrown away unread.
    case password(login: String)
    case unreadable

    /// `user=<login>^Aauth=Bearer <token>^A^A` in base64, and nothing else: no missing end, no further pairs.
    init(xoauth2 response: String) {
        self = .unreadable
        guard let bytes = Data(base64Encoded: response), let text = String(bytes: bytes, encoding: .utf8) else { return }
        let parts = text.split(separator: "\u{01}", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[2].isEmpty, parts[3].isEmpty, parts[0].hasPrefix("user=") else { return }
        self.init(login: parts[0].dropFirst(5), authorization: parts[1])
    }

    /// RFC 7628 section 3.1: `n,a=<login>,`, then pairs, each between ^A, of which `auth` must be there.
    init(oauthbearer response: String) {
        self = .unreadable
        guard let bytes = Data(base64Encoded: response), let text = String(bytes: bytes, encoding: .utf8) else { return }
        let parts = text.split(separator: "\u{01}", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[parts.count - 1].isEmpty, parts[parts.count - 2].isEmpty, parts[0].hasPrefix("n,a="),
            parts[0].hasSuffix(","), let authorization = parts.first(where: { $0.hasPrefix("auth=") })
        else { return }
        let name = parts[0].dropFirst(4).dropLast().replacing("=2C", with: ",").replacing("=3D", with: "=")
        self.init(login: name[...], authorization: authorization)
    }

    private init(login: Substring, authorization: Substring) {
        self = .unreadable
        guard !login.isEmpty, authorization.prefix(12).lowercased() == "auth=bearer ", authorization.count > 12 else { return }
        self = .token(login: String(login), token: String(authorization.dropFirst(12)))
    }

    var login: String? {
        switch self {
        case .token(let login, _), .password(let login): login
        case .unreadable: nil
        }
    }
}
