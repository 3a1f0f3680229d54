internal import HashTreeCollections

/// What is observed, as one immutable value with a revision of its own: it never moves the directory's edition.
package struct Conditions: Sendable {
    package private(set) var revision: Int64
    private var standings: TreeDictionary<StandingKey, Standing> = [:]
    private var mailboxes: TreeDictionary<MailboxKey, MailboxHealth> = [:]
    private var grants: TreeDictionary<GrantID, GrantHealth> = [:]
    private var applications: TreeDictionary<ApplicationID, ApplicationHealth> = [:]

    package init(_ observations: some Sequence<Observation> = [], revision: Int64 = 0) {
        self.revision = revision
        apply(observations, revision: revision)
    }

    package mutating func apply(_ observations: some Sequence<Observation>, revision: Int64) {
        for observation in observations {
            switch observation {
            case .standing(let key, let standing): standings[key] = standing
            case .mailbox(let login, let transport, let health): mailboxes[MailboxKey(login: login, transport: transport)] = health
            case .grant(let id, let health): grants[id] = health
            case .application(let id, let health): applications[id] = health
            }
        }
        self.revision = revision
    }

    package func standing(_ key: StandingKey) -> Standing? { standings.isEmpty ? nil : standings[key] }
    /// Of the account by every transport, or by this one alone.
    package func mailbox(login: String, over transport: Transport? = nil) -> MailboxHealth? {
        mailboxes.isEmpty ? nil : mailboxes[MailboxKey(login: login, transport: transport)]
    }
    /// Of accounts that are known to be stopped or broken, or were.
    package var ailingLogins: [String] { mailboxes.keys.map(\.login) }
    package func grant(_ id: GrantID) -> GrantHealth? { grants.isEmpty ? nil : grants[id] }
    package func application(_ id: ApplicationID) -> ApplicationHealth? { applications.isEmpty ? nil : applications[id] }

    package var allStandings: [(key: StandingKey, standing: Standing)] {
        standings.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }
}

private struct MailboxKey: Sendable, Hashable {
    let login: String
    let transport: Transport?
}
