internal import ArgumentParser
internal import Relay

extension ApplicationsCommand {
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change an app registration, or give it a new secret.",
            discussion: """
                A new secret or certificate is tried at the provider first, where there is a grant to try it with: if it is refused, nothing changes and the \
                old one is still used. It lifts a suspension: its grants ask for tokens again.

                Examples:
                  mandate applications set tracker --secret-from new-secret.txt --secret-expires 2027-05-01
                  mandate applications set tracker --certificate new.crt --key-from new.key
                  mandate applications set tracker --federated-token-file /var/run/secrets/tokens/mandate
                  mandate applications set tracker --domain example.org --domain example.com
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id or name.") var application: String
        @Option(help: "Another name.") var name: String?
        @Option(help: "Another tenant.") var tenant: String?
        @Option(help: "Another client id.") var clientID: String?
        @OptionGroup var credentials: CredentialOptions
        @Flag(help: "Do not try the new credential at the provider first.") var untried = false
        @Option(help: "When the secret ends.") var secretExpires: String?
        @Option(help: "The domains the tenant signs for, in place of those recorded; repeat it.") var domain: [String] = []
        @Flag(help: "The domains the tenant signs for are not known.") var domainsUnknown = false
        @Option(help: "How many licences for mailboxes the tenant has; 0: nobody knows.") var licences: Int?

        func validate() throws {
            if domainsUnknown, !domain.isEmpty { throw ValidationError("--domain and --domains-unknown contradict each other") }
        }

        func run() async throws {
            let live = Live.current
            let credential = try credentials.read(live)
            let patch = patch(credential, ending: try secretExpires ?? credential?.end(asking: live))
            try await options.change(live) { opened in
                // By its id from here on: what it was named by may be what changes.
                let key = try await opened.store.find(Application.self, application).entity.key
                let secrets = credential?.secrets ?? [:]
                try await opened.report(calling: ApplicationsCommand.options) { editor in
                    try await editor.edit(trying: untried ? nil : opened.tester) { try $0.change(key, by: patch, secrets: secrets) }
                }
                await credentials.hint(live)
            }
        }

        private func patch(_ credential: ApplicationCredential?, ending end: String?) -> [DocumentValue.Entry] {
            var patch = credential?.entries ?? []
            if let name { patch.append(.init("name", .text(name))) }
            if let tenant { patch.append(.init("tenant", tenant.isEmpty ? .null : .text(tenant))) }
            if let clientID = clientID ?? credential?.clientID { patch.append(.init("client_id", .text(clientID))) }
            if let end { patch.append(.init("secret_expires", .text(end))) }
            if let licences { patch.append(.init("licences", licences == 0 ? .null : DocumentValue(licences))) }
            if !domain.isEmpty || domainsUnknown { patch.append(.init("domains", DocumentValue(domain))) }
            return patch
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove an app registration and its secret.",
            discussion: """
                With --cascade its grants go too, and their consents are revoked at the provider where that is possible.

                Example:
                  mandate applications remove tracker --cascade
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var cascade: CascadeOption
        @Argument(help: "Id or name.") var application: String

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.remove(try await opened.store.find(Application.self, application).entity.key, cascade)
            }
        }
    }
}
