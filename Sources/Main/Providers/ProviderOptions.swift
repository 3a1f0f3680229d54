internal import ArgumentParser
internal import Relay

/// Everything that can be said of a provider, for adding one and for changing one.
struct ProviderOptions: ParsableArguments {
    @Option(help: "A name for people.") var name: String?
    @Option(help: "The failure table and dialect: custom, microsoft or google.", completion: .list(ProviderKind.allCases.map(\.rawValue)))
    var kind: String?
    @Option(help: ArgumentHelp("Where tokens are had.", valueName: "url")) var tokenEndpoint: String?
    @Option(help: ArgumentHelp("Where people consent.", valueName: "url")) var authorizationEndpoint: String?
    @Option(help: ArgumentHelp("Where device codes are had.", valueName: "url")) var deviceEndpoint: String?
    @Option(help: ArgumentHelp("Where consents are revoked.", valueName: "url")) var revocationEndpoint: String?
    @Option(help: ArgumentHelp("Where it says who consented.", valueName: "url")) var userinfoEndpoint: String?
    @Option(help: ArgumentHelp("Where the keys of its id tokens are.", valueName: "url")) var keysEndpoint: String?
    @Option(help: ArgumentHelp("What its id tokens name as their issuer.", valueName: "url")) var issuer: String?
    @Option(help: ArgumentHelp("Asked for beside the mail scopes, such as \"openid offline_access\".", valueName: "scopes"))
    var identityScopes: String?
    @Option(help: ArgumentHelp("Sent with every authorisation request; repeat it.", valueName: "name=value"), transform: Parse.parameter)
    var parameter: [ProviderPatch.Word] = []
    @Option(help: ArgumentHelp("Where mail is taken; /tls or /starttls may follow.", valueName: "host:port"), transform: Parse.smtp)
    var smtp: ProviderPatch.Word?
    @Option(
        help: "Of the SMTP server: starttls or tls; tls is assumed for port 465.",
        completion: .list(MailEndpoint.Security.allCases.map(\.rawValue)))
    var security: String?
    @Option(
        help: ArgumentHelp(
            "Where mail is read by IMAP; TLS from the first octet at 993, else STARTTLS, unless /tls or /starttls follows.",
            valueName: "host:port"), transform: Parse.imap)
    var imap: ProviderPatch.Word?
    @Option(
        help: ArgumentHelp(
            "Where mail is read by POP3; TLS from the first octet at 995, else STARTTLS, unless /tls or /starttls follows.",
            valueName: "host:port"), transform: Parse.pop)
    var pop: ProviderPatch.Word?
    @Option(help: ArgumentHelp("Where Graph begins, with its version.", valueName: "url")) var graphAPI: String?
    @Option(help: ArgumentHelp("Where the Gmail API begins.", valueName: "url")) var gmailAPI: String?
    @Option(
        help: ArgumentHelp(
            "What is asked for: smtp=…, imap=…, graph=…, gmail=… with a person's consent, smtp.app-only=… with client credentials; repeat it.",
            valueName: "name=scopes"), transform: Parse.scope)
    var scope: [ProviderPatch.Word] = []
    @Option(help: "The same as --scope smtp.app-only=….", transform: Parse.appOnlyScope) var scopeAppOnly: ProviderPatch.Word?
    @Option(help: "The same as --scope smtp=….", transform: Parse.delegatedScope) var scopeDelegated: ProviderPatch.Word?
    @Option(
        help: ArgumentHelp(
            "How much of something one account may do: \(LimitName.allCases.map(\.rawValue).joined(separator: ", ")); repeat it.",
            valueName: "name=number"), transform: Parse.limit)
    var limit: [ProviderPatch.Word] = []
    @Option(
        help: ArgumentHelp(
            "What it is known to do: \(HabitName.allCases.map(\.rawValue).joined(separator: ", ")); repeat it.", valueName: "name=value"),
        transform: Parse.habit)
    var habit: [ProviderPatch.Word] = []
    @Option(
        help: ArgumentHelp("A certificate authority to trust instead of the system's, as PEM.", valueName: "file"), completion: .file())
    var trust: String?

    var takesMail: Bool { smtp.map { $0.value != .null } ?? false }
    var namesIssuer: Bool { issuer.map { !$0.isEmpty && $0 != "none" } ?? false }

    /// What the fields of a provider are called here; of `limits.connections`, its first word is looked up.
    static let options = Dictionary(
        [
            ("limits", "--limit"), ("habits", "--habit"), ("scopes", "--scope"), ("authorization.parameters", "--parameter"),
            ("trusted_certificates", "--trust"), ("smtp.security", "--security"),
            ("habits.propagation_seconds", "--habit propagation-minutes, in seconds"),
            ("authorization.promises_issuer", "--habit promises-issuer"), ("authorization.wants_basic", "--habit wants-basic"),
            ("authorization", "--parameter"),
        ]
            + (["name", "kind", "token_endpoint", "graph_api", "gmail_api", "smtp", "imap", "pop"] + servers.map { "authorization.\($0)" })
            .map {
                ($0, "--" + String($0.split(separator: ".").last ?? "").replacing("_", with: "-"))
            }
            + LimitName.allCases.map { ($0.place.joined(separator: "."), "--limit \($0.rawValue)") }
            + HabitName.allCases.map { ($0.place.joined(separator: "."), "--habit \($0.rawValue)") },
        uniquingKeysWith: { first, _ in first })

    private static let servers = [
        "issuer", "authorization_endpoint", "device_endpoint", "revocation_endpoint", "userinfo_endpoint", "keys_endpoint",
        "identity_scopes",
    ]

    /// Nothing is read or changed before every word has been understood.
    func patch(_ live: Live) throws -> ProviderPatch {
        var patch = ProviderPatch()
        patch.add("name", as: name)
        patch.add("kind", as: kind)
        if let tokenEndpoint { patch.add(.init(place: ["token_endpoint"], value: .text(tokenEndpoint))) }
        let given = [
            issuer, authorizationEndpoint, deviceEndpoint, revocationEndpoint, userinfoEndpoint, keysEndpoint, identityScopes,
        ]
        for (key, text) in zip(Self.servers, given) { patch.add("authorization", key, as: text) }
        for word in [smtp, imap, pop] { if let word { patch.add(word) } }
        patch.add("smtp", "security", as: security)
        patch.add("graph_api", as: graphAPI)
        patch.add("gmail_api", as: gmailAPI)
        for word in parameter + scope + [scopeAppOnly, scopeDelegated].compactMap(\.self) + limit + habit { patch.add(word) }
        if let trust {
            let text = trust.isEmpty || trust == "none" ? DocumentValue.null : .text(try certificates(trust, live))
            patch.add(.init(place: ["trusted_certificates"], value: text))
        }
        return patch
    }

    /// The text of a PEM file with at least one certificate; whether it parses is found when it is used, by the library that uses it.
    private func certificates(_ file: String, _ live: Live) throws(CommandFailure) -> String {
        let bytes = try InputFile(file, live).readAll(limit: 1024 * 1024)
        guard let text = String(validating: bytes, as: UTF8.self), text.contains("-----BEGIN CERTIFICATE-----") else {
            throw .data("\(file) holds no certificate in PEM form")
        }
        guard !text.contains("PRIVATE KEY-----") else {
            throw .data("\(file) holds a private key, which does not belong here: give the certificate alone")
        }
        return text
    }
}
