internal import ArgumentParser
internal import CurlTransmit
internal import Relay

/// The options that say where a token of this machine's own is, in place of a secret (Entra: federated credentials, managed identities).
struct FederatedOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Instead of a secret: a file with this machine's own token, which somebody keeps fresh (Kubernetes). The provider must know its issuer and subject.",
            valueName: "file"), completion: .file())
    var federatedTokenFile: String?
    @Option(help: ArgumentHelp("The same, asked for at an address.", valueName: "url")) var federatedTokenURL: String?
    @Option(
        help: ArgumentHelp(
            "A header for it, such as \"Metadata: true\"; the value env:NAME is the service's environment's. Repeat it.",
            valueName: "header"))
    var federatedTokenHeader: [String] = []
    @Option(help: ArgumentHelp("The member of its JSON answer that is the token; without, the answer is.", valueName: "name"))
    var federatedTokenMember: String?
    @Flag(help: "Instead of a secret: the managed identity of the Azure machine that the service runs on.") var managedIdentity = false
    @Option(help: ArgumentHelp("Which of several managed identities, by its client id.", valueName: "id")) var managedIdentityID: String?
    @Flag(
        help: "Instead of a secret: what Azure's workload identity has put into the environment (AZURE_FEDERATED_TOKEN_FILE).")
    var workloadIdentity = false

    func validate() throws {
        let ways = [federatedTokenFile != nil, federatedTokenURL != nil, managedIdentity || managedIdentityID != nil, workloadIdentity]
        guard ways.count(where: { $0 }) <= 1 else {
            throw ValidationError(
                "--federated-token-file, --federated-token-url, --managed-identity and --workload-identity exclude each other")
        }
        guard federatedTokenURL != nil || federatedTokenHeader.isEmpty && federatedTokenMember == nil else {
            throw ValidationError("--federated-token-header and --federated-token-member belong to --federated-token-url")
        }
    }

    var isGiven: Bool {
        federatedTokenFile != nil || federatedTokenURL != nil || managedIdentity || managedIdentityID != nil || workloadIdentity
    }

    func credential(_ live: Live) throws -> FederatedCredential? {
        if let federatedTokenFile { return .file(federatedTokenFile) }
        if let federatedTokenURL {
            return .address(
                FederatedTokenAddress(url: federatedTokenURL, headers: federatedTokenHeader, member: federatedTokenMember))
        }
        if workloadIdentity {
            guard let path = live.environment["AZURE_FEDERATED_TOKEN_FILE"], !path.isEmpty else {
                throw CommandFailure.data(
                    "AZURE_FEDERATED_TOKEN_FILE is not set here: run this where the service runs (kubectl exec), or name the file with --federated-token-file"
                )
            }
            return .file(path)
        }
        return managedIdentity || managedIdentityID != nil ? .managedIdentity(clientID: managedIdentityID) : nil
    }

    /// What Azure's workload identity says besides (as its SDKs read it).
    func named(_ name: String, _ live: Live) -> String? {
        workloadIdentity ? live.environment[name].flatMap { $0.isEmpty ? nil : $0 } : nil
    }

    /// The cloud that Azure's workload identity belongs to: another's does not know it.
    func check(_ authority: String, _ provider: Provider) throws(CommandFailure) {
        let host = authority.hasSuffix("/") ? authority : authority + "/"
        guard !provider.tokenEndpoint.lowercased().hasPrefix(host.lowercased()) else { return }
        throw .data(
            "AZURE_AUTHORITY_HOST is \(authority), but \(provider.name) asks \(provider.tokenEndpoint): name the provider of that cloud (`mandate providers list`)"
        )
    }

    /// Looks at the token once it is named, as far as this machine can: the provider must be told what it says.
    func hint(_ live: Live) async {
        guard let credential = try? credential(live) else { return }  // it was read before
        do throws(TokenFailure) {
            let token = try await live.asking { client throws(TokenFailure) in try await client.federatedToken(credential) }
            live.say(
                DisplayWidth.printable(
                    "its token says \(token.claims.words): the federated credential of the app registration (Certificates & secrets, Federated "
                        + "credentials) must say the same"))
        } catch { live.say(DisplayWidth.printable("from here \(error)")) }
    }
}
