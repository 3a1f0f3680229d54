internal import ArgumentParser
internal import Mail
internal import Relay
internal import Store

struct ApplicationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "applications", abstract: "App registrations at providers: tenant, client id, secret, signed domains.",
        discussion: """
            The secret is asked for, or comes from a file or standard input; it is never an argument, which every process of the machine can read.

            Examples:
              mandate applications add tracker --provider microsoft --tenant contoso.example --client-id 1b2c… --secret-from secret.txt
              mandate applications set tracker --secret-expires 2027-05-01 --domain example.org
            """,
        subcommands: [List.self, Show.self, Add.self, Set.self, Remove.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List app registrations and when their secrets end.",
            discussion: """
                Example:
                  mandate applications list
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let columns: [Column] = [
                    Column("id", isSpare: true, isWhole: true), "name", "provider", .spare("tenant"), .spare("client_id"), "secret_expires",
                    .spare("domains"), "health",
                ]
                var listing = try form.listing(columns, live)
                let report = try await store.healthReport(live)
                for application in try await store.directory(of: DirectorySlice()).allApplications.sorted(by: { $0.id < $1.id }) {
                    listing.add([
                        .text(application.id.text), .text(application.name), .text(application.provider.text), .text(application.tenant),
                        .text(application.clientID), Cell(application.secretExpires?.day), .list(application.domains.map(\.text)),
                        .text(report.health(of: application).words),
                    ])
                }
                listing.finish()
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one app registration.",
            discussion: """
                Example:
                  mandate applications show tracker
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var format: FormatOption
        @Argument(help: "Id or name.") var application: String

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let application = try await store.find(Application.self, application)
                var sheet = Sheet()
                sheet.add("id", .text(application.id.text))
                sheet.add("name", .text(application.name))
                sheet.add("provider", .text(application.provider.text))
                sheet.add("tenant", .text(application.tenant))
                sheet.add("client_id", .text(application.clientID))
                sheet.add("has_secret", .flag(try await store.secret(SecretName(.clientSecret, of: application.id.text)) != nil))
                sheet.add("secret_expires", Cell(application.secretExpires?.day))
                sheet.add("domains", .list(application.domains.map(\.text)))
                sheet.add("licences", application.licences.map { .number($0) } ?? .none)
                if let credential = application.federatedCredential { sheet.add("federated_credential", .text(credential.words)) }
                if let account = application.serviceAccount {
                    sheet.add("service_account", .text("\(account.address), key \(account.keyID)"))
                }
                sheet.add("certificate", Cell(application.certificate.flatMap(CertificateThumbprint.of)))
                let directory = try await store.directory(of: DirectorySlice())
                let lane = directory.allGrants.lazy.filter { $0.application == application.id }.compactMap { directory.source(of: $0.id) }
                    .first?.tenantLane
                let snapshot = Snapshot(directory: directory, conditions: try await store.conditions(of: []))
                let meter = try await store.tenantMeters(of: snapshot, at: live.now()).first { $0.tenant.lane == lane }
                sheet.add("tenant_limit", Cell(meter?.trouble ?? meter?.words))
                let redirectURI = directory.settings.publicAddress.redirectURI(application.id.text)
                sheet.add("redirect_uri", .text(redirectURI))
                sheet.add(try await store.healthReport(live).health(of: application), live)
                if let provider = directory.provider(application.provider) {
                    let grants = directory.allGrants.filter { $0.application == application.id }
                    let ids = Swift.Set(grants.map(\.id))
                    let resources = TokenResource.needed(
                        by: directory.allMailboxes.filter { ids.contains($0.grant) },
                        directory.allFamilies.filter { ids.contains($0.grant) })
                    sheet.add(
                        "at_the_provider",
                        .lines(
                            ProviderSteps.registration(
                                application, provider, grants: grants, for: resources, redirectURI: redirectURI)))
                }
                sheet.add("used_by", .list(try await store.references(to: application.entity.key).map(\.description)))
                sheet.write(format.format, to: live.standardOutput)
            }
        }
    }
}
