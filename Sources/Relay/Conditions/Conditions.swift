internal import HashTreeCollections
package import struct FoundationEssentials.Date

/// What is observed, as one immutable value with a revision of its own: it never moves the directory's edition.
package struct Conditions: Sendable {
    package private(set) var revision: Int64
    private var standings: TreeDictionary<StandingKey, Standing> = [:]
    private var mailboxes: TreeDictionary<MailboxKey, MailboxHealth> = [:]
    private var grants: TreeDictionary<GrantID, GrantHealth> = [:]
    private var applications: TreeDictionary<ApplicationID, ApplicationHealth> = [:]
    private var reports: TreeDictionary<ReportKey, ClientReport> = [:]
    private var tenants: TreeDictionary<Account, TenantPause> = [:]
    private var acknowledgements: TreeDictionary<String, Acknowledgement> = [:]

    package init(_ observations: some Sequence<Observation> = [], revision: Int64 = 0) {
        self.revision = revision
        apply(observations, revision: revision)
    }

    package mutating func apply(_ observations: some Sequence<Observation>, revision: Int64) {
        for observation in observations {
            switch observation {
            case .standing(let key, let standing): standings[key] = standing
            case .mailbox(let account, let transport, let health): mailboxes[MailboxKey(account: account, transport: transport)] = health
            case .grant(let id, let health): grants[id] = health
            case .application(let id, let health): applications[id] = health
            case .reported(let key, let report): reports[key] = report
            case .tenant(let lane, let pause): tenants[lane] = pause
            case .acknowledged(let finding, let acknowledgement): acknowledgements[finding] = acknowledgement
            }
        }
        self.revision = revision
    }

    package func standing(_ key: StandingKey) -> Standing? { standings.isEmpty ? nil : standings[key] }
    /// Of the account by every transport, or by this one alone.
    package func mailbox(_ account: Account, over transport: Transport? = nil) -> MailboxHealth? {
        mailboxes.isEmpty ? nil : mailboxes[MailboxKey(account: account, transport: transport)]
    }
    /// Of accounts that are known to be stopped or broken, or were.
    package var ailingAccounts: [Account] { mailboxes.keys.map(\.account) }
    package func grant(_ id: GrantID) -> GrantHealth? { grants.isEmpty ? nil : grants[id] }
    package func application(_ id: ApplicationID) -> ApplicationHealth? { applications.isEmpty ? nil : applications[id] }

    /// What a client's own report keeps it from, of a pair of a mailbox: the pair, that way out, or all of it.
    package func report(by client: ClientID, of pair: StandingKey, at now: Date) -> ClientReport? {
        guard !reports.isEmpty else { return nil }
        let keys = [
            ReportKey(client: client, pair.account, transport: pair.transport, from: pair.from),
            ReportKey(client: client, pair.account, transport: pair.transport), ReportKey(client: client, pair.account),
        ]
        return keys.lazy.compactMap { reports[$0] }.first { now < $0.until }
    }

    /// That ends what is held against a way out of a mailbox, and against the mailbox: mail has just left that way, or a person says so. nil: any way.
    package func lifting(_ account: Account, over transport: Transport?) -> [Observation] {
        let ways = transport.map { [nil, $0] } ?? [nil] + Transport.allCases
        return ways.filter { mailbox(account, over: $0) != nil }.map { .mailbox(account, over: $0, nil) }
    }

    /// Accounts that cannot be used now, or not that way.
    package var allTroubles: [(account: Account, transport: Transport?, health: MailboxHealth)] {
        mailboxes.map { ($0.key.account, $0.key.transport, $0.value) }.sorted {
            ($0.account, $0.transport?.rawValue ?? "") < ($1.account, $1.transport?.rawValue ?? "")
        }
    }

    /// Whether it holds is the pause's to say.
    package func tenant(_ lane: Account) -> TenantPause? { tenants.isEmpty ? nil : tenants[lane] }

    package func acknowledgement(of finding: String) -> Acknowledgement? { acknowledgements[finding] }

    package var allReports: [(key: ReportKey, report: ClientReport)] { reports.map { ($0.key, $0.value) } }

    /// In no order.
    package var standingKeys: some Sequence<StandingKey> { standings.keys }

    var standingsInNoOrder: some Sequence<(key: StandingKey, value: Standing)> { standings }

    package var allStandings: [(key: StandingKey, standing: Standing)] {
        standings.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }
}

private struct MailboxKey: Sendable, Hashable {
    let account: Account
    let transport: Transport?
}
