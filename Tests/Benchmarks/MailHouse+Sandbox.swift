import Foundation
import FoundationEssentials
import Relay
import Store
import Sandbox
import TestSupport

/// A house with twenty mailboxes at the pretend provider, for trials that kill the service on its way.
extension MailHouse {
    static func atSandbox(more: [DirectoryEntity] = [], on cluster: PostgresCluster? = nil, hosts: String? = nil) async throws -> (
        MailHouse, Sandbox
    ) {
        let logins = (0..<20).map { "m\($0)@crowd.example" }
        let tenant = Tenant(
            id: "11111111-2222-3333-4444-555555555555", domains: ["crowd.example"],
            applications: [AppRegistration(clientID: "client", name: "House", secrets: [.init("secret")], appOnly: .everyMailbox)],
            mailboxes: logins.map { HostedMailbox($0) })
        var settings = SandboxSettings()
        settings.contentLimit = 0
        // A trial hands over more in a minute than the pretend Microsoft takes from one tenant in a day.
        settings.habits.recipientsPerDay = nil
        settings.habits.tenantRecipientsPerDay = nil
        let sandbox = try Sandbox(
            tenant, settings: settings, clock: { Date().timeIntervalSince1970 }, generator: SystemRandomNumberGenerator())
        try await sandbox.start()
        var provider = Relay.Provider.microsoft
        provider.tokenEndpoint = sandbox.tokenEndpoint
        provider.smtp = MailEndpoint(host: sandbox.submissionHost, port: sandbox.submissionPort, security: .startTLS)
        provider.limits = ProviderLimits(connections: 3)
        provider.trustedCertificates = sandbox.authority.certificatePEM
        return (
            try await open(provider, logins: logins, tenant: tenant.id, secret: Secret("secret"), more: more, on: cluster, hosts: hosts),
            sandbox
        )
    }

    /// Lets a service send all that is left, for two minutes at most.
    func seeThrough() async throws {
        let service = try serve()
        let deadline = Date().addingTimeInterval(120)
        while Date() < deadline, case let left = try await store.list(QueueFilter(limit: 1_000_000)), !left.isEmpty {
            // Nobody waits for the hours that a message gets whose sending was cut off again and again.
            for queued in left where queued.nextAttempt.map({ $0 > Date().addingTimeInterval(1) }) ?? false {
                try await store.change(queued.message.id, .retry, by: "trial", at: Date())
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        service.terminate()
        service.waitUntilExit()
    }
}
