internal import ArgumentParser
internal import FoundationEssentials
internal import Mail
internal import Relay
internal import SQLiteStore

extension ApplicationsCommand {
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change an app registration, or give it a new secret.",
            discussion: """
                A new secret or certificate is tried at the provider first, where there is a grant to try it with: if it is refused, nothing changes and the \
                old one is still used. It lifts a suspension: its grants ask for tokens again.

                Examples:
                  mandate applications set tracker --secret-file new-secret.txt --secret-expires 2027-05-01
                  mandate applications set tracker --certificate new.crt --key-file new.key
                  mandate applications set tracker --domain example.org --domain example.com
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id or name.") var application: String
        @Option(help: "Another name.", transform: Parse.name) var name: String?
        @Option(help: "Another tenant.", transform: Parse.tenant) var tenant: String?
        @Option(help: "Another client id.", transform: Parse.name) var clientID: String?
        @OptionGroup var credentials: CredentialOptions
        @Flag(help: "Do not try the new credential at the provider first.") var untried = false
        @Option(help: "When the secret ends.", transform: Parse.date) var secretExpires: Date?
        @Option(help: "The domains the tenant signs for, in place of those recorded; repeat it.", transform: Parse.domain)
        var domain: [Domain] = []
        @Flag(help: "The domains the tenant signs for are not known.") var domainsUnknown = false

        func validate() throws {
            if domainsUnknown, !domain.isEmpty { throw ValidationError("--domain and --domains-unknown contradict each other") }
        }

        func run() async throws {
            let live = Live.current
            let credential = try credentials.read(live)
            let end = try secretExpires ?? credential?.end(asking: live)
            try await options.change(live) { opened in
                if let credential { try await tryOut(credential, opened) }
                try await opened.edit { finder in
                    let before = try await finder.find(Application.self, application)
                    let after = changed(before, credential, ending: end)
                    if let other = try await finder.existing(Application.self, where: { $0.name == after.name && $0.id != after.id }) {
                        throw CommandFailure.data("there is another application \(other.title)")
                    }
                    let secrets = try credential?.changes(of: after.id, opened) ?? []
                    return Plan(
                        after == before && secrets.isEmpty ? "application \(before.title)" : "changed application \(after.title)",
                        after == before ? [] : [.put(after.entity)], secrets: secrets)
                }
                if let credential {
                    try await liftSuspension(opened)
                    if end == nil { credential.complainOfUnknownEnd(of: name ?? application, live) }
                }
            }
        }

        private func tryOut(_ credential: ApplicationCredential, _ opened: OpenedStore) async throws {
            guard !untried else { return }
            let after = changed(try await Finder(store: opened.store).find(Application.self, application), credential, ending: nil)
            switch try await CredentialTrial(opened: opened).run(credential, for: after) {
            case .works(let grant): opened.live.say("the provider takes it (tried with grant \(grant))")
            case .untried(let why): opened.live.say("it was not tried: \(why)")
            }
        }

        private func changed(_ application: Application, _ credential: ApplicationCredential?, ending end: Date?) -> Application {
            var changed = application
            if let name { changed.name = name }
            if let tenant { changed.tenant = tenant }
            if let clientID { changed.clientID = clientID }
            if let credential {
                credential.describe(&changed)
                // A date that was of the secret before says nothing of this one.
                changed.secretExpires = nil
                if clientID == nil, let named = credential.clientID { changed.clientID = named }
            }
            if let end { changed.secretExpires = end }
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
