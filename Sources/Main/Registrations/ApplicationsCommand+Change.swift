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
                Without --secret-file the secret is asked for without echo.

                Examples:
                  mandate applications add tracker --provider microsoft --tenant contoso.example --client-id 1b2c… --secret-expires 2027-05-01
                  pass show entra/tracker | mandate applications add tracker --provider microsoft --tenant contoso.example \\
                      --client-id 1b2c… --secret-file - --domain example.org
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "A name of your choice.", transform: Parse.name) var name: String
        @Option(help: "The provider, by id or name.") var provider: String
        @Option(help: "The tenant: Entra's directory id, or a domain of it.", transform: Parse.tenant) var tenant = ""
        @Option(help: "The client id the provider gave.", transform: Parse.name) var clientID: String
        @Option(help: ArgumentHelp("Where the client secret is; - for standard input.", valueName: "file"), completion: .file())
        var secretFile: String?
        @Flag(help: "It has none (a public client).") var noSecret = false
        @Option(help: "When the secret ends; it is warned about before.", transform: Parse.date) var secretExpires: Date?
        @Option(help: "A domain the tenant signs for; repeat it. None: unknown.", transform: Parse.domain) var domain: [Domain] = []

        func validate() throws {
            if noSecret, secretFile != nil { throw ValidationError("--no-secret and --secret-file contradict each other") }
        }

        func run() async throws {
            let live = Live.current
            try await options.change(live) { opened in
                let finder = Finder(store: opened.store)
                let provider = try await finder.find(Provider.self, provider)
                guard !provider.tokenEndpoint.contains("{tenant}") || !tenant.isEmpty else {
                    throw CommandFailure.usage("\(provider.name) needs --tenant: the directory id, or a domain of the tenant")
                }
                let secret =
                    noSecret ? nil : try SecretReader(live: live, option: "--secret-file", what: "client secret").read(from: secretFile)
                try await opened.edit { finder in try await plan(finder, provider, secret, opened) }
            }
        }

        private func plan(_ finder: Finder, _ provider: Provider, _ secret: Secret?, _ opened: OpenedStore) async throws -> Plan {
            if let before = try await finder.existing(Application.self, where: { $0.name == name }) {
                let wanted = application(before.id, provider)
                let name = SecretName(.clientSecret, of: before.id.text)
                let isSame = try await secret.asyncMap { try await opened.keeps($0, name) } ?? true
                guard before == wanted, isSame else {
                    throw CommandFailure.data(
                        "there is an application \(before.title) already, with other values; `mandate applications set` changes them")
                }
                return Plan("application \(before.title)")
            }
            var generator = opened.live.generator
            let fresh = application(ApplicationID(prefix: "app", using: &generator), provider)
            let secrets = try secret.map { [try opened.sealed($0, SecretName(.clientSecret, of: fresh.id.text))] } ?? []
            return Plan("added application \(fresh.title)", [.put(fresh.entity)], secrets: secrets)
        }

        private func application(_ id: ApplicationID, _ provider: Provider) -> Application {
            Application(
                id: id, name: name, provider: provider.id, tenant: tenant, clientID: clientID, secretExpires: secretExpires, domains: domain
            )
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change an app registration, or give it a new secret.",
            discussion: """
                A new secret lifts a suspension: its grants ask for tokens again.

                Examples:
                  mandate applications set tracker --secret-file new-secret.txt --secret-expires 2027-05-01
                  mandate applications set tracker --domain example.org --domain example.com
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id or name.") var application: String
        @Option(help: "Another name.", transform: Parse.name) var name: String?
        @Option(help: "Another tenant.", transform: Parse.tenant) var tenant: String?
        @Option(help: "Another client id.", transform: Parse.name) var clientID: String?
        @Option(
            help: ArgumentHelp("Where the new client secret is: a file, - for standard input, or prompt.", valueName: "file"),
            completion: .file())
        var secretFile: String?
        @Option(help: "When the secret ends.", transform: Parse.date) var secretExpires: Date?
        @Option(help: "The domains the tenant signs for, in place of those recorded; repeat it.", transform: Parse.domain)
        var domain: [Domain] = []
        @Flag(help: "The domains the tenant signs for are not known.") var domainsUnknown = false

        func validate() throws {
            if domainsUnknown, !domain.isEmpty { throw ValidationError("--domain and --domains-unknown contradict each other") }
        }

        func run() async throws {
            let live = Live.current
            let secret = try secretFile.map { try SecretReader(live: live, option: "--secret-file", what: "client secret").read(from: $0) }
            try await options.change(live) { opened in
                try await opened.edit { finder in
                    let before = try await finder.find(Application.self, application)
                    let after = changed(before)
                    if let other = try await finder.existing(Application.self, where: { $0.name == after.name && $0.id != after.id }) {
                        throw CommandFailure.data("there is another application \(other.title)")
                    }
                    let secrets = try secret.map { [try opened.sealed($0, SecretName(.clientSecret, of: after.id.text))] } ?? []
                    return Plan(
                        after == before && secrets.isEmpty ? "application \(before.title)" : "changed application \(after.title)",
                        after == before ? [] : [.put(after.entity)], secrets: secrets)
                }
                if secret != nil { try await liftSuspension(opened) }
            }
        }

        private func changed(_ application: Application) -> Application {
            var changed = application
            if let name { changed.name = name }
            if let tenant { changed.tenant = tenant }
            if let clientID { changed.clientID = clientID }
            if let secretExpires { changed.secretExpires = secretExpires }
            if !domain.isEmpty { changed.domains = domain }
            if domainsUnknown { changed.domains = [] }
            return changed
        }

        private func liftSuspension(_ opened: OpenedStore) async throws {
            let application = try await Finder(store: opened.store).find(Application.self, name ?? application)
            guard try await opened.store.conditions(of: []).application(application.id) != nil else { return }
            try await opened.observe([.application(application.id, nil)], of: application.entity.key, "a new secret: no longer suspended")
            opened.live.say("its suspension is lifted: tokens are asked for again")
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
