/// What an access token says that it permits, where it is one that can be read (Entra's are JWTs, RFC 9068; Google's say nothing). Only to tell a person what is missing:
/// nothing is ever decided by it, since it is the server's to read, and nothing of it but these words is kept.
package struct TokenClaims: Sendable, Hashable {
    /// What the application may do in its own name, as an administrator has consented to.
    package let roles: [String]
    /// What a person has let it do.
    package let scopes: [String]

    package init(roles: [String] = [], scopes: [String] = []) {
        self.roles = roles
        self.scopes = scopes
    }

    /// nil: it is no token that can be read.
    package init?(_ token: Secret) {
        guard let payload = Self.payload(token.reveal()), let value = try? JSONReader.value(payload),  // else it says nothing
            case .map(let entries) = value
        else { return nil }
        func texts(_ key: String) -> [String] {
            switch entries.first(where: { $0.key == key })?.value {
            case .list(let items)?: items.compactMap { if case .text(let text) = $0 { text } else { nil } }
            case .text(let text)?: text.split(separator: " ").map(String.init)
            default: []
            }
        }
        // A token of neither is a person's, or of nobody who may do anything.
        self.init(roles: texts("roles").filter(Self.isName), scopes: texts("scp").filter(Self.isName))
    }

    /// The middle of three parts.
    private static func payload(_ token: [UInt8]) -> [UInt8]? {
        guard token.count <= 64 * 1024 else { return nil }
        let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 3 ? Base64URL.octets(parts[1]) : nil
    }

    /// It goes into logs and pages: what is no name of a permission is left out.
    private static func isName(_ text: String) -> Bool {
        text.utf8.count <= 100
            && text.utf8.allSatisfy { octet in
                switch octet {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: ".-_:/".utf8.contains(octet)
                }
            }
    }

    func has(_ name: String) -> Bool { (roles + scopes).contains { $0.lowercased() == name.lowercased() } }

    /// `it permits SMTP.SendAsApp`
    package var words: String {
        let all = (roles + scopes).sorted()
        return all.isEmpty ? "the token permits nothing" : "the token permits \(all.joined(separator: ", "))"
    }
}
