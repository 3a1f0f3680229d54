internal import Mail
package import Relay

extension Autoconfig {
    /// What a file is worth to a service that sends with OAuth2.
    package enum Offer: Sendable, Hashable {
        case provider(Provider)
        case noOAuth2(Shortfall)
    }

    package enum Shortfall: Sendable, Hashable, CustomStringConvertible {
        case noEndpoints, noServer, noSafeServer, noScope

        package var description: String {
            switch self {
            case .noEndpoints: "it does not say where OAuth2 tokens are had"
            case .noServer: "none of its outgoing servers offers OAuth2"
            case .noSafeServer: "its outgoing servers offer OAuth2 without TLS only"
            case .noScope: "it names no scope for mail"
            }
        }
    }

    /// The provider it describes. What a file cannot say, such as limits, habits and the other endpoints, stays as it was in `before`. Nothing
    /// secret goes to endpoints that a file named: a provider stays trusted only if every place that secrets go to stays the same.
    package func offer(replacing before: Provider? = nil) -> Offer {
        guard let oauth2 else { return .noOAuth2(.noEndpoints) }
        let offering = outgoing.filter { $0.kind == .smtp && $0.authentications.contains(.oauth2) }
        guard !offering.isEmpty else { return .noOAuth2(.noServer) }
        guard let smtp = Self.door(offering, .smtp) else { return .noOAuth2(.noSafeServer) }
        let scopes = MailScopes(oauth2.scopes)
        guard !scopes.byResource.isEmpty else { return .noOAuth2(.noScope) }
        var provider =
            before
            ?? Provider(
                id: ProviderID(trusted: id), kind: .custom, name: id, tokenEndpoint: "", smtp: nil, habits: .unknown,
                mayReceiveSecrets: false)
        provider.name = displayName ?? displayShortName ?? id
        provider.tokenEndpoint = oauth2.tokenAddress
        provider.authorization.authorizationEndpoint = oauth2.authorizationAddress
        if !scopes.identity.isEmpty { provider.authorization.identityScopes = scopes.identity }
        // Most files have a host name here, which no id token names as its issuer; a guess would refuse every consent.
        if let issuer = oauth2.issuer.flatMap({ try? EndpointAddress($0) }) { provider.authorization.issuer = issuer.text }
        provider.smtp = smtp
        provider.imap = Self.door(incoming, .imap) ?? before?.imap
        provider.pop = Self.door(incoming, .pop3) ?? before?.pop
        for (resource, scope) in scopes.byResource {
            provider.scopes[resource] = Scopes(delegated: scope, appOnly: provider.scopes[resource]?.appOnly ?? "")
        }
        provider.mayReceiveSecrets = before?.mayReceiveSecrets == true && before?.places == provider.places
        return .provider(provider)
    }

    /// The first that takes a token over TLS: the file is in the publisher's order of preference. A token never travels in the clear.
    private static func door(_ servers: [Server], _ kind: Server.Kind) -> MailEndpoint? {
        for server in servers where server.kind == kind && server.authentications.contains(.oauth2) {
            switch server.socketType {
            case .implicit: return MailEndpoint(host: server.hostname, port: server.port, security: .implicit)
            case .startTLS: return MailEndpoint(host: server.hostname, port: server.port, security: .startTLS)
            case .plain: continue
            }
        }
        return nil
    }
}
