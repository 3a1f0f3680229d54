internal import ArgumentParser
internal import Relay
internal import SQLiteStore

extension ProvidersCommand {
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a provider of your own.",
            discussion: """
                The token endpoint is https, since secrets go there; http is taken for this machine alone. {tenant} in it stands for the application's \
                tenant id. Adding it again with other values changes it.

                Examples:
                  mandate providers add house --token-endpoint https://login.example.org/token --smtp mail.example.org:587 \\
                      --scope-app-only smtp.send --trust house-ca.pem
                  mandate providers add germany --kind microsoft --token-endpoint https://login.example.de/{tenant}/oauth2/v2.0/token \\
                      --smtp smtp.example.de:587 --scope-app-only https://outlook.example.de/.default
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The provider's id.", transform: Parse.providerID) var id: ProviderID
        @Option(help: "The failure table and dialect: custom, microsoft or google.") var kind = ProviderKind.custom
        @Option(help: "A name for people; the id unless given.", transform: Parse.name) var name: String?
        @Option(help: "Where tokens are had.") var tokenEndpoint: String
        @Option(help: ArgumentHelp("Where mail is taken.", valueName: "host:port")) var smtp: String
        @Option(help: "starttls or tls; tls is assumed for port 465.") var security: MailEndpoint.Security?
        @Option(help: "The scope asked for with client credentials.", transform: Parse.line) var scopeAppOnly = ""
        @Option(help: "The scope asked for with a refresh token.", transform: Parse.line) var scopeDelegated = ""
        @Option(help: "A certificate authority to trust beside the system's, as PEM.", completion: .file()) var trust: String?
        @Flag(help: "It refuses a From with several authors.") var refusesSeveralAuthors = false
        @Flag(help: "It silently replaces a From that the account does not own.") var replacesUnlistedFrom = false
        @Flag(help: "It takes MAIL FROM:<>.") var takesNullSender = false
        @Flag(help: "A refresh token ends with its first use.") var refreshTokenIsUsedUp = false
        @Option(help: "How long a fresh right may take to act.") var propagationMinutes = 0

        func run() async throws {
            let live = Live.current
            guard (0...10_080).contains(propagationMinutes) else {
                throw CommandFailure.usage("--propagation-minutes is between 0 and 10080 (a week)")
            }
            guard !scopeAppOnly.isEmpty || !scopeDelegated.isEmpty else {
                throw CommandFailure.usage("give --scope-app-only or --scope-delegated (or both): without a scope there is no token")
            }
            let provider = Provider(
                id: id, kind: kind, name: name ?? id.text, tokenEndpoint: try EndpointRules.tokenEndpoint(tokenEndpoint),
                smtp: try EndpointRules.smtp(smtp, security), scopes: [.smtp: Scopes(delegated: scopeDelegated, appOnly: scopeAppOnly)],
                habits: ProviderHabits(
                    refusesSeveralAuthors: refusesSeveralAuthors,
                    replacesUnlistedFrom: replacesUnlistedFrom, propagation: Double(propagationMinutes) * 60,
                    takesNullSender: takesNullSender,
                    oldRefreshTokenWorks: !refreshTokenIsUsedUp),
                trustedCertificates: try trust.map { try EndpointRules.certificates(in: $0, live) })
            try await options.change(live) { opened in
                try await opened.edit { finder in
                    let before = try await finder.store.entity(provider.entity.key)
                    if before == provider.entity { return Plan("provider \(provider.title)") }
                    return Plan("\(before == nil ? "added" : "changed") provider \(provider.title)", [.put(provider.entity)])
                }
            }
        }
    }
}

extension ProviderKind: ExpressibleByArgument {}

/// What an endpoint must look like before secrets are sent there.
enum EndpointRules {
    static func tokenEndpoint(_ text: String) throws(CommandFailure) -> String {
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard isPlain, let scheme = text.firstRange(of: "://")?.lowerBound, let host = host(of: text), !host.isEmpty else {
            throw .usage("--token-endpoint must be a URL such as https://login.example.org/token, not \"\(text)\"")
        }
        switch text[..<scheme].lowercased() {
        case "https": return text
        case "http" where isLoopback(host): return text
        case "http": throw .usage("--token-endpoint must begin with https://, since secrets go there (http is for this machine alone)")
        default: throw .usage("--token-endpoint must begin with https://")
        }
    }

    static func smtp(_ text: String, _ security: MailEndpoint.Security?) throws(CommandFailure) -> MailEndpoint {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (1...65535).contains(port) else {
            throw .usage("--smtp is written host:port, such as smtp.example.org:587, not \"\(text)\"")
        }
        let host = String(text[..<colon])
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "@") }) else {
            throw .usage("--smtp is written host:port, such as smtp.example.org:587, not \"\(text)\"")
        }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        // RFC 8314 section 3.3: 465 is TLS from the first byte.
        return MailEndpoint(host: bare, port: port, security: security ?? (port == 465 ? .implicit : .startTLS))
    }

    /// The text of a PEM file with at least one certificate; whether it parses is found when it is used, by the library that uses it.
    static func certificates(in file: String, _ live: Live) throws(CommandFailure) -> String {
        let bytes = try InputFile(file, live).readAll(limit: 1024 * 1024)
        guard let text = String(validating: bytes, as: UTF8.self), text.contains("-----BEGIN CERTIFICATE-----") else {
            throw .data("\(file) holds no certificate in PEM form")
        }
        guard !text.contains("PRIVATE KEY-----") else {
            throw .data("\(file) holds a private key, which does not belong here: give the certificate alone")
        }
        return text
    }

    /// The host of a URL: between `://` and the next `/`, without user part and port. A user part is refused, since it is a secret in a URL.
    private static func host(of url: String) -> String? {
        guard let start = url.firstRange(of: "://")?.upperBound else { return nil }
        let authority = url[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { return nil }
        if authority.hasPrefix("[") { return authority.firstIndex(of: "]").map { String(authority[...$0]) } }
        return String(authority.prefix { $0 != ":" })
    }

    private static func isLoopback(_ host: String) -> Bool {
        let host = host.lowercased()
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
