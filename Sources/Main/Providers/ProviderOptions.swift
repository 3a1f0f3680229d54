internal import ArgumentParser
internal import Relay

/// Everything that can be said of a provider, for adding one and for changing one.
struct ProviderOptions: ParsableArguments {
    @Option(help: "A name for people.", transform: Parse.name) var name: String?
    @Option(help: "The failure table and dialect: custom, microsoft or google.") var kind: ProviderKind?
    @Option(help: ArgumentHelp("Where tokens are had.", valueName: "url"), transform: Parse.endpoint) var tokenEndpoint: String?
    @Option(help: ArgumentHelp("Where people consent.", valueName: "url"), transform: Parse.clearableEndpoint)
    var authorizationEndpoint: Clearable<String>?
    @Option(help: ArgumentHelp("Where device codes are had.", valueName: "url"), transform: Parse.clearableEndpoint)
    var deviceEndpoint: Clearable<String>?
    @Option(help: ArgumentHelp("Where consents are revoked.", valueName: "url"), transform: Parse.clearableEndpoint)
    var revocationEndpoint: Clearable<String>?
    @Option(help: ArgumentHelp("Where it says who consented.", valueName: "url"), transform: Parse.clearableEndpoint)
    var userinfoEndpoint: Clearable<String>?
    @Option(help: ArgumentHelp("Where the keys of its id tokens are.", valueName: "url"), transform: Parse.clearableEndpoint)
    var keysEndpoint: Clearable<String>?
    @Option(help: ArgumentHelp("What its id tokens name as their issuer.", valueName: "url"), transform: Parse.clearableEndpoint)
    var issuer: Clearable<String>?
    @Option(
        help: ArgumentHelp("Asked for beside the mail scopes, such as \"openid offline_access\".", valueName: "scopes"),
        transform: Parse.clearableLine)
    var identityScopes: Clearable<String>?
    @Option(help: ArgumentHelp("Sent with every authorisation request; repeat it.", valueName: "name=value"), transform: Parse.parameter)
    var parameter: [ProviderChange] = []
    @Option(
        help: ArgumentHelp("Where mail is taken; /tls or /starttls may follow.", valueName: "host:port"), transform: Parse.clearableDoor)
    var smtp: Clearable<MailEndpoint>?
    @Option(help: "Of the SMTP server: starttls or tls; tls is assumed for port 465.") var security: MailEndpoint.Security?
    @Option(
        help: ArgumentHelp(
            "Where mail is read by IMAP; TLS from the first octet at 993, else STARTTLS, unless /tls or /starttls follows.",
            valueName: "host:port"), transform: Parse.clearableDoor)
    var imap: Clearable<MailEndpoint>?
    @Option(
        help: ArgumentHelp(
            "Where mail is read by POP3; TLS from the first octet at 995, else STARTTLS, unless /tls or /starttls follows.",
            valueName: "host:port"), transform: Parse.clearableDoor)
    var pop: Clearable<MailEndpoint>?
    @Option(help: ArgumentHelp("Where Graph begins, with its version.", valueName: "url"), transform: Parse.clearableEndpoint)
    var graphAPI: Clearable<String>?
    @Option(help: ArgumentHelp("Where the Gmail API begins.", valueName: "url"), transform: Parse.clearableEndpoint)
    var gmailAPI: Clearable<String>?
    @Option(
        help: ArgumentHelp(
            "What is asked for: smtp=…, imap=…, graph=…, gmail=… with a person's consent, smtp.app-only=… with client credentials; repeat it.",
            valueName: "name=scopes"), transform: Parse.scope)
    var scope: [ProviderChange] = []
    @Option(help: "The same as --scope smtp.app-only=….", transform: Parse.appOnlyScope) var scopeAppOnly: ProviderChange?
    @Option(help: "The same as --scope smtp=….", transform: Parse.delegatedScope) var scopeDelegated: ProviderChange?
    @Option(
        help: ArgumentHelp(
            "How much of something one account may do: \(LimitName.allCases.map(\.rawValue).joined(separator: ", ")); repeat it.",
            valueName: "name=number"), transform: Parse.limit)
    var limit: [ProviderChange] = []
    @Option(
        help: ArgumentHelp(
            "What it is known to do: \(HabitName.allCases.map(\.rawValue).joined(separator: ", ")); repeat it.", valueName: "name=value"),
        transform: Parse.habit)
    var habit: [ProviderChange] = []
    @Option(
        help: ArgumentHelp("A certificate authority to trust instead of the system's, as PEM.", valueName: "file"), completion: .file(),
        transform: Parse.clearableLine)
    var trust: Clearable<String>?

    /// Nothing is read or changed before every word has been understood.
    func changes(_ live: Live) throws -> [ProviderChange] {
        var changes: [ProviderChange] = []
        if let name { changes.append(ProviderChange { $0.name = name }) }
        if let kind { changes.append(ProviderChange { $0.kind = kind }) }
        if let tokenEndpoint { changes.append(ProviderChange { $0.tokenEndpoint = tokenEndpoint }) }
        for (given, path) in serverOptions {
            if let given { changes.append(ProviderChange { $0.authorization[keyPath: path] = given.value }) }
        }
        if let identityScopes { changes.append(ProviderChange { $0.authorization.identityScopes = identityScopes.value ?? "" }) }
        if let smtp { changes.append(ProviderChange { $0.smtp = smtp.value }) }
        if let security { changes.append(ProviderChange { $0.smtp?.security = security }) }
        if let imap { changes.append(ProviderChange { $0.imap = imap.value }) }
        if let pop { changes.append(ProviderChange { $0.pop = pop.value }) }
        if let graphAPI { changes.append(ProviderChange { $0.apis[.graph] = graphAPI.value }) }
        if let gmailAPI { changes.append(ProviderChange { $0.apis[.gmail] = gmailAPI.value }) }
        changes += parameter + scope + [scopeAppOnly, scopeDelegated].compactMap(\.self) + limit + habit
        if let certificates = try certificates(live) { changes.append(ProviderChange { $0.trustedCertificates = certificates.value }) }
        return changes
    }

    private var serverOptions: [(Clearable<String>?, any WritableKeyPath<AuthorizationServer, String?> & Sendable)] {
        [
            (issuer, \.issuer), (authorizationEndpoint, \.authorizationEndpoint), (deviceEndpoint, \.deviceEndpoint),
            (revocationEndpoint, \.revocationEndpoint), (userinfoEndpoint, \.userinfoEndpoint), (keysEndpoint, \.keysEndpoint),
        ]
    }

    /// The text of a PEM file with at least one certificate; whether it parses is found when it is used, by the library that uses it.
    private func certificates(_ live: Live) throws(CommandFailure) -> Clearable<String>? {
        guard let trust else { return nil }
        guard let file = trust.value else { return Clearable(value: nil) }
        let bytes = try InputFile(file, live).readAll(limit: 1024 * 1024)
        guard let text = String(validating: bytes, as: UTF8.self), text.contains("-----BEGIN CERTIFICATE-----") else {
            throw .data("\(file) holds no certificate in PEM form")
        }
        guard !text.contains("PRIVATE KEY-----") else {
            throw .data("\(file) holds a private key, which does not belong here: give the certificate alone")
        }
        return Clearable(value: text)
    }
}
