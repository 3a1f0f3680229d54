internal import ArgumentParser
internal import CurlTransmit
internal import Relay
internal import SQLiteStore

extension ProvidersCommand {
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a provider of your own.",
            discussion: """
                With --issuer its discovery document (RFC 8414, OpenID Connect) says where everything is; it must name that very issuer, and what is given \
                beside it counts more. Without it, --token-endpoint is needed. Every endpoint is https, since secrets go there; http is taken for this machine \
                alone. {tenant} in a path stands for the application's tenant id. With --kind microsoft or google it begins with the habits, limits and scopes of that one.

                Examples:
                  mandate providers add house --issuer https://login.example.org --smtp mail.example.org:587 --scope smtp=mail.send
                  mandate providers add house --token-endpoint https://login.example.org/token --smtp mail.example.org:587 \\
                      --scope-app-only smtp.send --habit takes-null-sender=yes --limit messages-per-minute=30 --trust house-ca.pem
                  mandate providers add germany --kind microsoft --token-endpoint https://login.example.de/{tenant}/oauth2/v2.0/token \\
                      --smtp smtp.example.de:587 --scope-app-only https://outlook.example.de/.default
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The provider's id.", transform: Parse.providerID) var id: ProviderID
        @OptionGroup var details: ProviderOptions

        func validate() throws {
            if details.smtp?.value == nil { throw ValidationError("--smtp is missing: where the provider takes mail") }
            if details.issuer?.value == nil, details.tokenEndpoint == nil {
                throw ValidationError("give --issuer, or --token-endpoint: where tokens are had")
            }
        }

        func run() async throws {
            let live = Live.current
            let changes = try details.changes(live)
            var provider = blank()
            for change in changes { change.apply(&provider) }
            guard !provider.scopes.isEmpty else {
                throw CommandFailure.usage(
                    "give --scope smtp=…, --scope-app-only or --scope-delegated (or several): without a scope there is no token")
            }
            try await options.change(live) { opened in
                if let issuer = details.issuer?.value {
                    provider = try await discovered(issuer, trusting: provider.trustedCertificates)
                    for change in changes { change.apply(&provider) }
                }
                try await opened.edit { finder in try await plan(finder, provider) }
            }
        }

        /// What is known of a provider of this kind before anything is said.
        private func blank() -> Provider {
            let kind = details.kind ?? .custom
            let model = Provider.builtIn.first { $0.kind == kind }
            var provider = Provider(
                id: id, kind: kind, name: id.text, tokenEndpoint: "", smtp: nil, limits: model?.limits ?? ProviderLimits(),
                habits: model?.habits ?? .unknown)
            guard let model else { return provider }
            provider.scopes = model.scopes
            provider.authorization.identityScopes = model.authorization.identityScopes
            provider.authorization.parameters = model.authorization.parameters
            return provider
        }

        private func discovered(_ issuer: String, trusting certificates: String?) async throws -> Provider {
            let curl = try CurlThread()
            let metadata: Result<ProviderMetadata, DiscoveryFailure>
            do throws(DiscoveryFailure) {
                metadata = .success(try await Discovery(curl).metadata(of: issuer, trusting: certificates))
            } catch { metadata = .failure(error) }
            await curl.stop()
            var provider = blank()
            provider.tokenEndpoint = try metadata.get().tokenEndpoint
            // What the kind is known to want of an authorisation request, no discovery document tells.
            let known = provider.authorization
            provider.authorization = try metadata.get().server
            if !known.identityScopes.isEmpty { provider.authorization.identityScopes = known.identityScopes }
            provider.authorization.parameters = known.parameters
            return provider
        }

        private func plan(_ finder: Finder, _ provider: Provider) async throws -> Plan {
            if let before = try await finder.store.entity(provider.entity.key) {
                guard before == provider.entity else {
                    throw CommandFailure.data(
                        "there is a provider \(provider.id) already, with other values; `mandate providers set` changes them")
                }
                return Plan("provider \(provider.title)")
            }
            try await finder.checkName(of: provider)
            return Plan("added provider \(provider.title)", [.put(provider.entity)])
        }
    }
}

extension Finder {
    /// A provider is named by id or name, so neither may be another's.
    func checkName(of provider: Provider) async throws {
        let handles = Set([provider.id.text.lowercased(), provider.name.lowercased()])
        let other = try await existing(Provider.self) { other in
            other.id != provider.id && !handles.isDisjoint(with: [other.id.text.lowercased(), other.name.lowercased()])
        }
        if let other { throw CommandFailure.data("there is another provider \(other.title)") }
    }
}

extension DiscoveryFailure {
    var status: ExitStatus {
        switch self {
        case .notAllowed: .usage
        case .notFound, .unusable: .unavailable
        case .otherIssuer: .data
        }
    }
}
