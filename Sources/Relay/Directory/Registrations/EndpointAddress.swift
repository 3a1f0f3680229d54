/// Where a secret may be sent: an https URL, or plain http to this very machine. One rule for what is typed, discovered or imported; the URL is
/// judged once more, by the parser that connects, when it is used.
///
/// It is stricter than RFC 3986: what two parsers could read differently, such as a backslash or a percent sign in a host, is refused.
package struct EndpointAddress: Sendable, Hashable {
    package let text: String

    package init(_ text: String) throws(EndpointError) {
        // Entra's longest is below 200; what is longer is no endpoint.
        guard text.utf8.count <= 2048 else { throw .notAURL }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !Self.refused.contains($0) }) else { throw .badCharacter }
        guard !text.utf8.contains(UInt8(ascii: "#")) else { throw .fragment }
        guard let mark = text.firstRange(of: "://") else { throw .notAURL }
        let rest = text[mark.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw .userPart }
        guard let host = Self.host(of: authority) else { throw .badHost }
        try Self.checkTenant(in: rest.dropFirst(authority.count))
        switch text[..<mark.lowerBound].lowercased() {
        case "https": break
        case "http": guard Self.isLoopback(host) else { throw .plainHTTP }
        default: throw .otherScheme
        }
        self.text = text
    }

    /// Refused wherever they stand: they are no part of any URL, and browsers and libraries disagree about what they mean.
    private static let refused = Set("\\\"<>^`|".utf8)

    /// Without the port; nil where it is no host name, no address, or the port is none.
    private static func host(of authority: Substring) -> String? {
        var rest = authority
        let host: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[...end]
            guard host.count > 2, host.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
            rest = authority[authority.index(after: end)...]
        } else {
            host = authority.prefix { $0 != ":" }
            guard !host.isEmpty, host.utf8.allSatisfy(isHostByte), host.first != ".", host.first != "-" else { return nil }
            rest = authority.dropFirst(host.count)
        }
        guard rest.isEmpty || rest.hasPrefix(":") && rest.count > 1 && isPort(rest.dropFirst()) else { return nil }
        return host.lowercased()
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } && (1...65535).contains(Int(text) ?? 0)
    }

    /// `{tenant}` may be a step of the path: in the host it would let a tenant's name choose who gets the secret.
    private static func checkTenant(in path: Substring) throws(EndpointError) {
        var rest = path
        while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[brace...].hasPrefix("{tenant}") else { throw .badPlaceholder }
            rest = rest[brace...].dropFirst("{tenant}".count)
        }
    }

    /// 127.0.0.0/8, ::1 and `localhost`.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil && $0.first != "+" }
    }
}

/// Why an endpoint may not be used, as it ends "…: it".
package enum EndpointError: Error, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case notAURL, badCharacter, fragment, userPart, badHost, badPlaceholder, plainHTTP, otherScheme

    package var description: String {
        switch self {
        case .notAURL: "it must be a URL such as https://login.example.org/token"
        case .badCharacter:
            "it must be a URL without spaces, quotes, stray braces or letters beyond ASCII, such as https://login.example.org/token"
        case .fragment: "it must have no fragment (what follows #), which would never be sent"
        case .userPart: "it must have no user part (what precedes @), since that is a secret in a URL"
        case .badHost:
            "its host must be a name or an address, with a port from 1 to 65535 or none, such as https://login.example.org:8443/token"
        case .badPlaceholder: "{tenant} is the only thing that may stand in braces, and only behind the host"
        case .plainHTTP: "it must begin with https://, since secrets go there (http is for this machine alone)"
        case .otherScheme: "it must begin with https://"
        }
    }
}
