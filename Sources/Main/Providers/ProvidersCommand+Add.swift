internal import ArgumentParser
internal import CurlTransmit
internal import Relay
internal import Store

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
        @Argument(help: "The provider's id.") var id: String
        @OptionGroup var details: ProviderOptions

        func validate() throws {
            if !details.takesMail { throw ValidationError("--smtp is missing: where the provider takes mail") }
            if !details.namesIssuer, details.tokenEndpoint == nil {
                throw ValidationError("give --issuer, or --token-endpoint: where tokens are had")
            }
        }

        func run() async throws {
            let live = Live.current
            let patch = try details.patch(live)
            var said = document(blank, patch)
            guard case .map(let scopes)? = said["scopes"], !scopes.isEmpty else {
                throw CommandFailure.usage(
                    "give --scope smtp=…, --scope-app-only or --scope-delegated (or several): without a scope there is no token")
            }
            try await options.change(live) { opened in
                if details.namesIssuer, let issuer = details.issuer {
                    var known = said
                    if details.tokenEndpoint == nil { known["token_endpoint"] = .text(issuer) }
                    try await opened.check(known, calling: ProviderOptions.options)
                    let certificates: String? = if case .text(let text)? = said["trusted_certificates"] { text } else { nil }
                    said = document(try await discovered(issuer, trusting: certificates), patch)
                }
                try await opened.carryOut(calling: ProviderOptions.options) { [said] in try $0.add(said) }
            }
        }

        private func document(_ provider: Provider, _ patch: ProviderPatch) -> Particulars {
            guard case .map(let entries) = EntityForm.value(.provider(provider)).merged(with: .map(patch.entries)) else {
                preconditionFailure("a provider is written as a map")
            }
            var said = Particulars(.provider, entries.filter { $0.key != "id" })
            said["id"] = .text(id)
            return said
        }

        /// What is known of a provider of this kind before anything is said.
        private var blank: Provider {
            let model = Provider.builtIn.first { $0.kind.rawValue == details.kind }
            var provider = Provider(
                id: ProviderID(trusted: id), kind: model?.kind ?? .custom, name: id, tokenEndpoint: "", smtp: nil,
                limits: model?.limits ?? ProviderLimits(), habits: model?.habits ?? .unknown)
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
            var provider = blank
            provider.tokenEndpoint = try metadata.get().tokenEndpoint
            // What the kind is known to want of an authorisation request, no discovery document tells.
            let known = provider.authorization
            provider.authorization = try metadata.get().server
            if !known.identityScopes.isEmpty { provider.authorization.identityScopes = known.identityScopes }
            provider.authorization.parameters = known.parameters
            return provider
        }
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
