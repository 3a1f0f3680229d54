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
        let login = parts[0].dropFirst(5)
        let word = parts[1].prefix(12)
        guard !login.isEmpty, word.lowercased() == "auth=bearer ", parts[1].count > 12 else { return }
        self = .token(login: String(login), token: String(parts[1].dropFirst(12)))
    }

    var login: String? {
        switch self {
        case .token(let login, _), .password(let login): login
        case .unreadable: nil
        }
    }
}
