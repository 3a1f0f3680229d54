internal import Relay
internal import Web
internal import struct FoundationEssentials.Date

/// What the pages of a mailbox and of a family say alike: what opens it, what limits it, and who may have its tokens.
struct AccountFacts: Sendable {
    let row: ConcreteMailbox.Row
    let grant: GrantID
    let directory: Directory
    let health: HealthReport
    let now: Date

    var document: [DocumentValue.Entry] {
        let clients = clients
        return [
            .init("grant", grantDocument), .init("limits", .list(directory.source(of: grant).map { $0.provider.limits.rows } ?? [])),
            .init("clients", .list(clients)), .init("has_clients", .flag(!clients.isEmpty)),
        ]
    }

    private var grantDocument: DocumentValue {
        guard let grant = directory.grant(grant) else { return .null }
        let application = directory.application(grant.application)
        let provider = application.flatMap { directory.provider($0.provider) }
        return [
            "name": .text(grant.name), "href": .text(grant.place), "kind": .text(grant.kind.rawValue),
            "state": Words.state(health.health(of: grant), at: now),
            "application": application.map { ["name": .text($0.name), "href": .text($0.place)] } ?? .null,
            "provider": provider.map { ["name": .text($0.name), "href": .text($0.place)] } ?? .null,
        ]
    }

    /// Who may have its token, which no limit of ours limits.
    private var clients: [DocumentValue] {
        directory.allClients.filter { client in client.tokenRights.contains { $0.row == row } }
            .sorted { ($0.name, $0.id) < ($1.name, $1.id) }
            .map { ["name": .text($0.name), "href": .text($0.place), "revoked": .flag(!$0.isEnabled)] }
    }
}

extension ProviderLimits {
    /// Those that are known, in words.
    var rows: [DocumentValue] {
        let all: [(String, Int?)] = [
            ("connections at once", connections), ("messages a minute", messagesPerMinute), ("recipients a day", recipientsPerDay),
            ("recipients a day of the whole tenant", tenantRecipientsPerDay), ("recipients of a message", recipientsPerMessage),
            ("octets of a message over SMTP", messageSize), ("octets of a message over its API", requestSize),
            ("API requests at once", requestsAtOnce),
        ]
        return all.compactMap { what, limit in limit.map { ["what": .text(what), "most": .text(Words.number($0))] } }
    }
}
