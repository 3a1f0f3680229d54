internal import Crypto
internal import HTTPTypes
package import Hummingbird
package import Mail
internal import NIOPosix
package import Relay
package import struct FoundationEssentials.Date

/// Finds out who asks: where the request really came from, and which client it is of, by key or by the cookie of a log-in.
package struct Authenticator: Sendable {
    package let address: PublicAddress
    /// No cookie ever travels in clear.
    package let isSecure: Bool
    /// Whose word is believed on where a request came from.
    package let proxies: [Network]
    package let sessions: SessionKeeper
    package let browsers: KnownBrowsers
    private let tries = PasswordTries()
    package let directory: @Sendable () -> Directory
    package let now: @Sendable () -> Date

    package func visitor(_ request: Request, _ context: WebContext) -> Visitor {
        var visitor = Visitor(address: origin(of: request, context), client: nil, way: .stranger)
        if let field = request.headers[.authorization] {
            visitor.client = key(field).flatMap { directory().client(key: $0.digest, name: $0.name) }
            visitor.way = visitor.client == nil ? .foreign : .key
        }
        if visitor.client == nil, let cookie = request.cookies[cookieName]?.value,
            let found = sessions.session(cookie, in: directory(), at: now())
        {
            visitor.client = found.client
            visitor.way = .session(found.session)
        }
        return visitor
    }

    /// The last address of X-Forwarded-For that is not a proxy of ours, and only where a proxy of ours brings it: anyone else may write what he likes.
    package func origin(of request: Request, _ context: WebContext) -> IPAddress {
        guard isProxy(context.peer), let field = request.headers[values: .forwardedFor].last else { return context.peer }
        var found = context.peer
        for part in field.split(separator: ",").reversed() {
            let text = part.drop(while: { $0 == " " }).prefix { $0 != " " }
            guard let address = IPAddress(String(text))?.unmapped else { return found }
            found = address
            if !isProxy(address) { return address }
        }
        return found
    }

    private func isProxy(_ address: IPAddress) -> Bool { proxies.contains { $0.contains(address) } }

    /// `Bearer KEY`, or `Basic` with the client's name and its key, as older programs have it.
    private func key(_ field: String) -> (name: String?, digest: [UInt8])? {
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        switch parts[0].lowercased() {
        case "bearer": return (nil, Array(SHA256.hash(data: Array(parts[1].utf8))))
        case "basic":
            guard let bytes = Base64.decode(String(parts[1])), let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            return (String(decoding: bytes[..<colon], as: UTF8.self), Array(SHA256.hash(data: Array(bytes[(colon + 1)...]))))
        default: return nil
        }
    }

    /// `__Host-` and `__Secure-` make browsers insist on TLS (RFC 6265bis section 4.1.3).
    package var cookieName: String {
        let name = cookieName("mandate-session")
        guard isSecure else { return name }
        return (address.path.isEmpty ? "__Host-" : "__Secure-") + name
    }

    /// Browsers keep one jar for all ports of a host, and hand cookies of a path to those below it (RFC 6265 section 8.5): so that two instances on one host do
    /// not sign each other's people out, port and path are part of the name.
    package func cookieName(_ name: String) -> String {
        let path = address.path.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        return "\(name)-\(address.port)" + String(path)
    }

    /// A cookie of ours, for our paths alone.
    package func cookie(_ name: String, _ value: String, life: Int?) -> String {
        let secure = isSecure ? "; Secure" : ""
        let age = life.map { "; Max-Age=\($0)" } ?? ""
        return "\(name)=\(value); Path=\(address.path.isEmpty ? "/" : address.path)\(age); HttpOnly; SameSite=Lax\(secure)"
    }
}

/// Logging in.
extension Authenticator {
    /// By an administrator's or auditor's key, or name and password. Says no more than that it failed: whether the name exists is nobody's business.
    /// `browser`: the cookie of an earlier log-in.
    package func logIn(
        name: String, secret: Secret, from address: IPAddress, browser cookie: String?, salt: [UInt8]
    ) async throws(Problem) -> Client {
        let digest = Array(SHA256.hash(data: secret.reveal()))
        if let client = directory().client(key: digest, name: name.isEmpty ? nil : name), client.maySeeTheConsole { return client }
        let candidate = person(named: name)
        let matches = try await isPassword(secret, of: candidate, named: name, from: address, browser: cookie, salt: salt)
        guard matches, let candidate, candidate.maySeeTheConsole else {
            throw Problem(.signInMissing, "this is not a name and its password, nor a key, of an administrator or auditor")
        }
        return candidate
    }

    /// Who has a password by that name.
    package func person(named name: String) -> Client? {
        directory().allClients.first { $0.isEnabled && $0.name == name && $0.passwordHash != nil }
    }

    /// Counted and slowed down in whatever form it is asked for; nil: nobody has that name.
    package func isPassword(
        _ secret: Secret, of candidate: Client?, named name: String, from address: IPAddress, browser cookie: String?, salt: [UInt8]
    ) async throws(Problem) -> Bool {
        let browser = cookie.flatMap { cookie in candidate.flatMap { browsers.nonce(cookie, of: $0.id, at: now()) } }
        let visitors = tries.visitors(name: name, from: address, browser: browser)
        let wait = tries.wait(visitors, at: now())
        guard wait == 0 else {
            throw Problem(.tooManyRequests, "too many tries: wait \(wait) seconds", retryAfter: wait)
        }
        let matches = await tries.working(for: address) {
            // Counted before it is known: a hundred at once are a hundred tries.
            tries.failed(visitors, at: now())
            return await Self.matches(secret, candidate?.passwordHash, salt)
        }
        guard let matches else { throw Problem(.busy, "too many log in just now", fix: "try again in a moment", retryAfter: 1) }
        if matches, candidate != nil { tries.succeeded(visitors) }
        return matches
    }

    /// On a thread of its own, since it takes a tenth of a second; just as long for a name that does not exist.
    private static func matches(_ secret: Secret, _ hash: PasswordHash?, _ salt: [UInt8]) async -> Bool {
        let result = try? await NIOThreadPool.singleton.runIfActive {  // it ends with the process alone
            guard let hash else { return PasswordHash(of: secret, salt: salt) == nil }
            return hash.matches(secret)
        }
        return result ?? false
    }
}

extension Client {
    package var passwordHash: PasswordHash? { if case .password(let hash) = credential { hash } else { nil } }

    package var maySeeTheConsole: Bool { isEnabled && !roles.isDisjoint(with: [.administrator, .auditor]) }
}
