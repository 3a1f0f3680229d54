internal import ArgumentParser
internal import Relay

extension ApplicationsCommand {
    /// What the fields of an application are called here.
    static let options = [
        "name": "the name", "provider": "--provider", "tenant": "--tenant", "client_id": "--client-id",
        "secret_expires": "--secret-expires",
        "domains": "--domain", "licences": "--licences", "secret": "--secret-from", "private_key": "--key-from",
        "certificate": "--certificate", "federated_credential": "--federated-token-file or --federated-token-url",
    ]

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add an app registration.",
            discussion: """
                Without --secret-from, --certificate, --service-account-key or a token of the machine's own the secret is asked for without echo. When the secret ends is asked for too: what \
                nobody knows cannot be warned of. A certificate says it itself.

                Examples:
                  mandate applications add tracker --provider microsoft --tenant contoso.example --client-id 1b2c… --secret-expires 2027-05-01
                  pass show entra/tracker | mandate applications add tracker --provider microsoft --tenant contoso.example \\
                      --client-id 1b2c… --secret-from - --domain example.org
                  mandate applications add tracker --provider microsoft --tenant contoso.example --client-id 1b2c… \\
                      --certificate tracker.crt --key-from tracker.key
                  mandate applications add tracker --provider microsoft --tenant contoso.example --client-id 1b2c… \\
                      --federated-token-file /var/run/secrets/tokens/mandate
                  mandate applications add tracker --provider microsoft --tenant contoso.example --client-id 1b2c… --managed-identity
                  mandate applications add mailer --provider google --service-account-key key.json --domain example.org
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "A name of your choice.") var name: String
        @Option(help: "The provider, by id or name.") var provider: String
        @Option(help: "The tenant: Entra's directory id, or a domain of it.") var tenant: String?
        @Option(help: "The client id the provider gave; a service account's key file names its own.") var clientID: String?
        @OptionGroup var credentials: CredentialOptions
        @Flag(help: "It has none (a public client).") var noSecret = false
        @Option(help: "When the secret ends; it is warned about before.") var secretExpires: String?
        @Option(help: "A domain the tenant signs for; repeat it. None: unknown.") var domain: [String] = []
        @Option(help: "How many licences for mailboxes the tenant has: how many people outside it may write to in a day follows from that.")
        var licences: Int?

        func validate() throws {
            if noSecret, credentials.isGiven { throw ValidationError("--no-secret contradicts the credential that is given") }
            if clientID == nil, credentials.serviceAccountKey == nil, !credentials.federated.workloadIdentity {
                throw ValidationError("--client-id is missing: the provider shows it")
            }
        }

        func run() async throws {
            let live = Live.current
            // What the environment lacks would be missed below as something else.
            _ = try credentials.federated.credential(live)
            let tenant = tenant ?? credentials.federated.named("AZURE_TENANT_ID", live)
            let clientID = clientID ?? credentials.federated.named("AZURE_CLIENT_ID", live)
            try await options.change(live) { opened in
                if let authority = credentials.federated.named("AZURE_AUTHORITY_HOST", live) {
                    try credentials.federated.check(authority, try await opened.store.find(Provider.self, provider))
                }
                var said = Particulars(
                    .application,
                    [
                        "name": name, "provider": provider, "tenant": tenant?.isEmpty == true ? nil : tenant, "client_id": clientID,
                        "secret_expires": secretExpires,
                    ])
                if !domain.isEmpty { said["domains"] = DocumentValue(domain) }
                if let licences { said["licences"] = DocumentValue(licences) }
                if credentials.serviceAccountKey == nil { try await opened.check(said, calling: ApplicationsCommand.options) }
                if let credential = try credential(live) {
                    said.entries += credential.entries.filter { $0.value != .null }
                    said.secrets = credential.secrets
                    if clientID == nil, let named = credential.clientID { said["client_id"] = .text(named) }
                    if secretExpires == nil, let end = try credential.end(asking: live) { said["secret_expires"] = .text(end) }
                }
                try await opened.carryOut(calling: ApplicationsCommand.options) { [said] in try $0.add(said) }
                await credentials.hint(live)
            }
        }

        private func credential(_ live: Live) throws -> ApplicationCredential? {
            if noSecret { return nil }
            return try credentials.read(live) ?? ApplicationCredential(CredentialOptions.reader(live).read(from: nil))
        }
    }
}

extension Optional {
    /// `map` with a body that waits.
    func asyncMap<Answer>(_ body: (Wrapped) async throws -> Answer) async throws -> Answer? {
        guard let self else { return nil }
        return try await body(self)
    }
}
