/// Where browsers reach this service: `public-url`, which may have a path when a reverse proxy stands in front (design section 10).
package struct PublicAddress: Sendable, Hashable, CustomStringConvertible {
    /// Entra takes plain http for `localhost` only; the port is nobody's at IANA near ours.
    package static let usual = PublicAddress(isSecure: false, host: "localhost", port: 8025, path: "")

    package let isSecure: Bool
    /// This machine's own name for itself: no proxy stands in front.
    package var isLoopback: Bool { ["localhost", "127.0.0.1", "[::1]"].contains(host) }
    package let host: String
    package let port: Int
    /// Without a slash at its end; empty at the top.
    package let path: String

    package init(isSecure: Bool, host: String, port: Int, path: String) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.path = path
    }

    /// As the setting has it, which was judged when it was set; nil when it cannot be read after all.
    package init?(_ text: String) {
        guard let colon = text.firstRange(of: "://") else { return nil }
        switch text[..<colon.lowerBound].lowercased() {
        case "https": isSecure = true
        case "http": isSecure = false
        default: return nil
        }
        let rest = text[colon.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        var path = rest.dropFirst(authority.count)
        while path.last == "/" { path.removeLast() }
        self.path = String(path)
        if !authority.hasSuffix("]"), let mark = authority.lastIndex(of: ":") {
            guard let number = Int(authority[authority.index(after: mark)...]), (1...65535).contains(number) else { return nil }
            host = String(authority[..<mark])
            port = number
        } else {
            host = String(authority)
            port = isSecure ? 443 : 80
        }
        guard !host.isEmpty else { return nil }
    }

    package var description: String {
        let usualPort = isSecure ? 443 : 80
        return "\(isSecure ? "https" : "http")://\(host)" + (port == usualPort ? "" : ":\(port)") + path
    }

    /// A path of its own for each application is the defence against mixed-up providers (RFC 9700 section 4.4.2).
    package func redirectURI(_ application: String) -> String { "\(self)/OAuth2/\(application)" }

    package func start(_ application: String, consent: String) -> String { "\(redirectURI(application))/start?consent=\(consent)" }
}

/// What it says beside what the service listens at.
extension PublicAddress {
    /// Where browsers are listened for, unless the configuration names a port: behind a proxy (`https`, and no certificate here) that is our own business.
    package func usualPort(isEncrypted: Bool) -> Int { isSecure && !isEncrypted ? Self.usual.port : port }
}
