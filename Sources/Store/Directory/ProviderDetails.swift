internal import Relay

/// What one column holds of a provider: the parts that no query looks into.
struct ProviderDetails: Codable {
    private struct Endpoint: Codable {
        var host: String
        var port: Int
        var security: String

        init(_ endpoint: MailEndpoint) {
            host = endpoint.host
            port = endpoint.port
            security = endpoint.security.rawValue
        }

        var endpoint: MailEndpoint? { MailEndpoint.Security(rawValue: security).map { MailEndpoint(host: host, port: port, security: $0) } }
    }

    private var authorization: AuthorizationServer
    private var imap: Endpoint?
    private var pop: Endpoint?
    /// Of a provider from before, the built-in catalogue knows them.
    private var apis: [String: String]?
    /// Those of SMTP have columns of their own.
    private var scopes: [String: Scopes]
    private var limits: ProviderLimits
    private var unusedConsentLife: Double?
    private var passwordEndsConsent: Bool
    private var allowsDeviceFlow: Bool
    private var sendsAliasAsPrimary: [String]

    init(_ provider: Provider) {
        authorization = provider.authorization
        imap = provider.imap.map { Endpoint($0) }
        pop = provider.pop.map { Endpoint($0) }
        apis = Dictionary(uniqueKeysWithValues: provider.apis.map { ($0.key.rawValue, $0.value) })
        scopes = Dictionary(provider.scopes.filter { $0.key != .smtp }.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { $1 })
        limits = provider.limits
        unusedConsentLife = provider.habits.unusedConsentLife
        passwordEndsConsent = provider.habits.passwordEndsConsent
        allowsDeviceFlow = provider.habits.allowsDeviceFlow
        sendsAliasAsPrimary = provider.habits.sendsAliasAsPrimary.map(\.rawValue).sorted()
    }

    func complete(_ provider: inout Provider) {
        provider.authorization = authorization
        provider.imap = imap?.endpoint
        provider.pop = pop?.endpoint
        if let apis {
            provider.apis = Dictionary(uniqueKeysWithValues: apis.compactMap { name, url in Transport(rawValue: name).map { ($0, url) } })
        } else {
            provider.apis = Provider.builtIn.first { $0.id == provider.id }?.apis ?? [:]
        }
        for (name, value) in scopes { if let resource = TokenResource(rawValue: name) { provider.scopes[resource] = value } }
        provider.limits = limits
        if apis == nil, let known = Provider.builtIn.first(where: { $0.id == provider.id })?.limits {
            provider.limits.requestsAtOnce = known.requestsAtOnce
            provider.limits.requestSize = known.requestSize
        }
        provider.habits.unusedConsentLife = unusedConsentLife
        provider.habits.passwordEndsConsent = passwordEndsConsent
        provider.habits.allowsDeviceFlow = allowsDeviceFlow
        provider.habits.sendsAliasAsPrimary = Set(sendsAliasAsPrimary.compactMap { Transport(rawValue: $0) })
    }
}
