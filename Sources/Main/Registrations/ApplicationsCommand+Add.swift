internal import ArgumentParser
internal import FoundationEssentials
internal import Mail
internal import Relay
internal import SQLiteStore

extension ApplicationsCommand {
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add an app registration.",
            discussion: """
                Without --secret-file, --certificate or --service-account-key the secret is asked for without echo. When the secret ends is asked for too: what \
                nobody knows cannot be warned of. A certificate says it itself.

                Examples:
                  mandate applications add tracker --provider microsoft --tenant contoso.example --client-id 1b2c… --secret-expires 2027-05-01
                  pass show entra/tracker | mandate applications add tracker --provider microsoft --tenant contoso.example \\
                      --client-id 1b2c… --secret-file - --domain example.org
                  mandate applications add tracker --provider microsoft --tenant contoso.example --client-id 1b2c… \\
                      --certificate tracker.crt --key-file tracker.key
                  mandate applications add mailer --provider google --service-account-key key.json --domain example.org
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "A name of your choice.", transform: Parse.name) var name: String
        @Option(help: "The provider, by id or name.") var provider: String
        @Option(help: "The tenant: Entra's directory id, or a domain of it.", transform: Parse.tenant) var tenant = ""
        @Option(help: "The client id the provider gave; a service account's key file names its own.", transform: Parse.name) var clientID:
            String?
        @OptionGroup var credentials: CredentialOptions
        @Flag(help: "It has none (a public client).") var noSecret = false
        @Option(help: "When the secret ends; it is warned about before.", transform: Parse.date) var secretExpires: Date?
        @Option(help: "A domain the tenant signs for; repeat it. None: unknown.", transform: Parse.domain) var domain: [Domain] = []

        func validate() throws {
            if noSecret, credentials.isGiven { throw ValidationError("--no-secret contradicts the credential that is given") }
            if clientID == nil, credentials.serviceAccountKey == nil {
                throw ValidationError("--client-id is missing: the provider shows it")
            }
        }

        func run() async throws {
            let live = Live.current
            try await options.change(live) { opened in
                let finder = Finder(store: opened.store)
                let provider = try await finder.find(Provider.self, provider)
                guard !provider.wantsTenant || !tenant.isEmpty else {
                    throw CommandFailure.usage("\(provider.name) needs --tenant: the directory id, or a domain of the tenant")
                }
                let credential = try credential(live)
                let expires = try secretExpires ?? credential?.end(asking: live)
                try await opened.edit { finder in try await plan(finder, provider, credential, expires, opened) }
                if expires == nil { credential?.complainOfUnknownEnd(of: name, live) }
            }
        }

        private func credential(_ live: Live) throws -> ApplicationCredential? {
            if noSecret { return nil }
            if let given = try credentials.read(live) { return given }
            let reader = SecretReader(live: live, option: "--secret-file", what: "client secret")
            return ApplicationCredential(kind: .secret(try reader.read(from: nil)), expires: nil, clientID: nil)
        }

        private func plan(
            _ finder: Finder, _ provider: Provider, _ credential: ApplicationCredential?, _ expires: Date?, _ opened: OpenedStore
        ) async throws -> Plan {
            if let before = try await finder.existing(Application.self, where: { $0.name == name }) {
                let wanted = application(before.id, provider, credential, expires)
                let isSame = try await credential.asyncMap { try await $0.isKept(for: before.id, opened) } ?? true
                guard before == wanted, isSame else {
                    throw CommandFailure.data(
                        "there is an application \(before.title) already, with other values; `mandate applications set` changes them")
                }
                return Plan("application \(before.title)")
            }
            var generator = opened.live.generator
            let fresh = application(ApplicationID(prefix: "app", using: &generator), provider, credential, expires)
            let secrets = try credential?.changes(of: fresh.id, opened).filter { $0.sealed != nil } ?? []
            return Plan("added application \(fresh.title)", [.put(fresh.entity)], secrets: secrets)
        }

        private func application(
            _ id: ApplicationID, _ provider: Provider, _ credential: ApplicationCredential?, _ expires: Date?
        ) -> Application {
            var application = Application(
                id: id, name: name, provider: provider.id, tenant: tenant, clientID: clientID ?? credential?.clientID ?? "", domains: domain
            )
            credential?.describe(&application)
            application.secretExpires = expires
            return application
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
