internal import Glibc
package import Relay
package import struct FoundationEssentials.Date

/// This machine's own token, read or asked for where its directory says. Each fault is named by itself: whoever issues it, mounts it or answers for it is another
/// than whoever runs the provider.
package struct FederatedToken: Sendable {
    package let secret: Secret
    /// What it says of itself; unverified, for a person who compares it with what the provider was told.
    package let claims: Claims

    package struct Claims: Sendable, Hashable {
        package let issuer: String
        package let subject: String
        package let audience: String
        package let expires: Date?

        /// `issuer https://oidc.example, subject system:serviceaccount:mail:mandate, audience api://AzureADTokenExchange`
        package var words: String { "issuer \(issuer), subject \(subject), audience \(audience)" }
    }

    /// No token comes near it.
    static let mostOctets = 64 * 1024

    init(_ octets: [UInt8], _ credential: FederatedCredential, at now: Date) throws(TokenFailure) {
        var octets = octets
        while let last = octets.last, last <= 0x20 { octets.removeLast() }
        let secret = Secret(octets)
        octets.wipe()
        guard let claims = Claims(secret) else {
            throw Self.failure(
                credential, secret.count == 0 ? "it is empty" : "it is no JWT (RFC 7519), as the providers of such tokens give")
        }
        if let end = claims.expires, end <= now {
            throw Self.failure(credential, "it ended at \(end.minute) and was not renewed: look at whoever keeps it fresh")
        }
        self.secret = secret
        self.claims = claims
    }

    /// The application cannot show itself: mail takes the next way, and it is tried again by itself.
    static func failure(_ credential: FederatedCredential, _ why: String) -> TokenFailure {
        .application(error: "federated_credential", detail: "\(credential.words) cannot be shown to the provider: \(why)")
    }
}

extension FederatedToken.Claims {
    init?(_ token: Secret) {
        let parts = token.reveal().split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }), let payload = Base64URL.octets(parts[1]),
            let value = try? JSONReader.value(payload), case .map(let entries) = value  // else it is none
        else { return nil }
        func member(_ key: String) -> DocumentValue? { entries.first { $0.key == key }?.value }
        func text(_ value: DocumentValue?) -> String? { if case .text(let text)? = value { ProviderText.line(text) } else { nil } }
        guard let issuer = text(member("iss")), let subject = text(member("sub")) else { return nil }
        self.issuer = issuer
        self.subject = subject
        let audiences: [String] =
            if case .list(let list)? = member("aud") { list.compactMap(text) } else { [text(member("aud"))].compactMap(\.self) }
        audience = audiences.joined(separator: " ")
        expires = if case .number(let seconds)? = member("exp") { Date(timeIntervalSince1970: Double(seconds)) } else { nil }
    }
}

/// Reads them.
struct FederatedTokenReader: Sendable {
    let perform: TokenClient.Perform
    let environment: @Sendable (String) -> String?
    let limits: HTTPLimits
    let now: @Sendable () -> Date

    func token(_ credential: FederatedCredential) async throws(TokenFailure) -> FederatedToken {
        let octets =
            switch credential {
            case .file(let path): try Self.contents(of: path, credential)
            case .address(let place): try await answer(of: place, credential)
            }
        return try FederatedToken(octets, credential, at: now())
    }

    /// Whoever keeps it fresh puts another in its place, so it is whole; what is no plain file is never read.
    private static func contents(of path: String, _ credential: FederatedCredential) throws(TokenFailure) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw FederatedToken.failure(credential, trouble(errno)) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw FederatedToken.failure(credential, "it is no plain file")
        }
        var octets = [UInt8](repeating: 0, count: FederatedToken.mostOctets + 1)
        var count = 0
        while count < octets.count {
            let length = octets.withUnsafeMutableBytes { read(file, $0.baseAddress.map { $0 + count }, $0.count - count) }
            if length < 0, errno == EINTR { continue }
            guard length >= 0 else { throw FederatedToken.failure(credential, trouble(errno)) }
            if length == 0 { break }
            count += length
        }
        guard count <= FederatedToken.mostOctets else { throw FederatedToken.failure(credential, "it is longer than 64 KiB") }
        octets.removeLast(octets.count - count)
        return octets
    }

    private static func trouble(_ number: Int32) -> String {
        switch number {
        case ENOENT: "there is no such file"
        case EACCES, EPERM: "the service may not read it"
        default: String(cString: strerror(number))
        }
    }

    private func answer(of place: FederatedTokenAddress, _ credential: FederatedCredential) async throws(TokenFailure) -> [UInt8] {
        var fields: [HTTPField] = [HTTPField("Accept", "application/json, */*")]
        for line in place.headers {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimming(while: { $0 == " " }) }
            guard parts.count == 2 else { continue }
            var value = parts[1]
            if value.hasPrefix("env:") {
                let name = String(value.dropFirst(4))
                guard let found = environment(name) else {
                    throw FederatedToken.failure(credential, "\(name) is not in the service's environment")
                }
                value = found
            }
            fields.append(HTTPField(parts[0], value))
        }
        var response: HTTPResponse
        do throws(CurlFailure) {
            response = try await perform(HTTPRequest(.get, place.url, fields: fields, limits: limits, reaches: .metadata))
        } catch {
            switch error {
            case .notAllowed(let why): throw FederatedToken.failure(credential, why)
            default: throw .temporary("\(credential.words): \(error)", retryAfter: nil)
            }
        }
        defer { response.wipeBody() }
        guard response.status == 200 else {
            let words = "it answered \(response.status)"
            if response.status == 429 || response.status >= 500 { throw .temporary("\(credential.words): \(words)", retryAfter: nil) }
            throw FederatedToken.failure(credential, words)
        }
        guard let member = place.member else { return response.body }
        guard let value = try? JSONReader.value(response.body), case .map(let entries) = value,  // else it has no members
            case .text(let text)? = entries.first(where: { $0.key == member })?.value
        else { throw FederatedToken.failure(credential, "its answer has no member \(member)") }
        return Array(text.utf8)
    }
}

extension Substring {
    fileprivate func trimming(while isEdge: (Character) -> Bool) -> String {
        String(drop(while: isEdge).reversed().drop(while: isEdge).reversed())
    }
}
