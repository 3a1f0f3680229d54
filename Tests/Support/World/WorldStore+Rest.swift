package import Mail
package import Relay
package import struct FoundationEssentials.Date

extension WorldStore: Queue, Journal, RequestStore {
    package func list(_ filter: QueueFilter) async throws(StoreFailure) -> [QueuedMessage] {
        try await through(.read) { () throws(StoreFailure) in try await base.list(filter) }
    }

    package func show(_ message: SpoolID) async throws(StoreFailure) -> QueuedMessage? {
        try await through(.read) { () throws(StoreFailure) in try await base.show(message) }
    }

    package func turn(of message: SpoolID, at now: Date) async throws(StoreFailure) -> QueueTurn? {
        try await through(.read) { () throws(StoreFailure) in try await base.turn(of: message, at: now) }
    }

    package func depth() async throws(StoreFailure) -> QueueDepth {
        try await through(.read) { () throws(StoreFailure) in try await base.depth() }
    }

    package func change(_ message: SpoolID, _ action: QueueAction, by person: String, at now: Date) async throws(StoreFailure) {
        try await through(.write) { () throws(StoreFailure) in try await base.change(message, action, by: person, at: now) }
    }

    package func append(_ entries: [JournalEntry], sightings: [Sighting]) async throws(StoreFailure) {
        try await through(.write) { () throws(StoreFailure) in try await base.append(entries, sightings: sightings) }
    }

    package func entries(_ filter: JournalFilter) async throws(StoreFailure) -> [JournalRow] {
        try await through(.read) { () throws(StoreFailure) in try await base.entries(filter) }
    }

    package func heads() async throws(StoreFailure) -> [JournalRow] {
        try await through(.read) { () throws(StoreFailure) in try await base.heads() }
    }

    package func rows(of strand: String, from: Int64, limit: Int) async throws(StoreFailure) -> [JournalRow] {
        try await through(.read) { () throws(StoreFailure) in try await base.rows(of: strand, from: from, limit: limit) }
    }

    package func request(_ key: String, of client: ClientID, at now: Date) async throws(StoreFailure) -> (
        request: RepeatableRequest, message: SpoolID
    )? {
        try await through(.read) { () throws(StoreFailure) in try await base.request(key, of: client, at: now) }
    }
}

extension WorldStore: DirectoryStore, ConditionsStore {
    package func directory() async throws(StoreFailure) -> Directory {
        try await through(.read) { () throws(StoreFailure) in try await base.directory() }
    }

    package func directory(of slice: DirectorySlice) async throws(StoreFailure) -> Directory {
        try await through(.read) { () throws(StoreFailure) in try await base.directory(of: slice) }
    }

    package func changes(since edition: Edition) async throws(StoreFailure) -> (changes: [DirectoryChange], edition: Edition) {
        try await through(.read) { () throws(StoreFailure) in try await base.changes(since: edition) }
    }

    package func entity(_ key: EntityKey) async throws(StoreFailure) -> DirectoryEntity? {
        try await through(.read) { () throws(StoreFailure) in try await base.entity(key) }
    }

    package func entities(_ kind: EntityKind, after id: String?, limit: Int) async throws(StoreFailure) -> [DirectoryEntity] {
        try await through(.read) { () throws(StoreFailure) in try await base.entities(kind, after: id, limit: limit) }
    }

    package func references(to key: EntityKey) async throws(StoreFailure) -> [EntityKey] {
        try await through(.read) { () throws(StoreFailure) in try await base.references(to: key) }
    }

    package func apply(_ edit: DirectoryEdit) async throws(StoreFailure) -> Edition {
        try await through(.write) { () throws(StoreFailure) in try await base.apply(edit) }
    }

    package func conditions(of addresses: Set<EmailAddress>?) async throws(StoreFailure) -> Conditions {
        try await through(.read) { () throws(StoreFailure) in try await base.conditions(of: addresses) }
    }

    package func observations(since revision: Int64) async throws(StoreFailure) -> (observations: [Observation], revision: Int64) {
        try await through(.read) { () throws(StoreFailure) in try await base.observations(since: revision) }
    }

    package func observe(_ observations: [Observation], journal: [JournalEntry]) async throws(StoreFailure) {
        try await through(.write) { () throws(StoreFailure) in try await base.observe(observations, journal: journal) }
    }

    package func dataVersion() async throws(StoreFailure) -> Int64 {
        try await through(.read) { () throws(StoreFailure) in try await base.dataVersion() }
    }
}

extension WorldStore: TokenStore, VaultStore {
    package func credentials(of grant: GrantID) async throws(StoreFailure) -> Credentials? {
        try await through(.read) { () throws(StoreFailure) in try await base.credentials(of: grant) }
    }

    package func token(_ key: TokenKey) async throws(StoreFailure) -> StoredToken? {
        try await through(.read) { () throws(StoreFailure) in try await base.token(key) }
    }

    package func takeLease(_ name: String, holder: String, at now: Date, until: Date) async throws(StoreFailure) -> Bool {
        try await through(.write) { () throws(StoreFailure) in try await base.takeLease(name, holder: holder, at: now, until: until) }
    }

    package func dropLease(_ name: String, holder: String) async throws(StoreFailure) {
        try await through(.write) { () throws(StoreFailure) in try await base.dropLease(name, holder: holder) }
    }

    package func keep(_ renewal: Renewal) async throws(StoreFailure) -> RenewalEnd {
        try await through(.write) { () throws(StoreFailure) in try await base.keep(renewal) }
    }

    package func beginAsking(_ grant: GrantID, at now: Date) async throws(StoreFailure) -> Date? {
        try await through(.write) { () throws(StoreFailure) in try await base.beginAsking(grant, at: now) }
    }

    package func endAsking(_ grant: GrantID) async throws(StoreFailure) {
        try await through(.write) { () throws(StoreFailure) in try await base.endAsking(grant) }
    }

    package func secret(_ name: SecretName) async throws(StoreFailure) -> Sealed? {
        try await through(.read) { () throws(StoreFailure) in try await base.secret(name) }
    }

    package func sealingKey() async throws(StoreFailure) -> String? {
        try await through(.read) { () throws(StoreFailure) in try await base.sealingKey() }
    }

    package func moveKey(to keyID: String, by person: String, at now: Date) async throws(StoreFailure) {
        try await through(.write) { () throws(StoreFailure) in try await base.moveKey(to: keyID, by: person, at: now) }
    }

    package func reseal(_ kind: SecretName.Kind, after owner: String, limit: Int, with vault: Vault) async throws(StoreFailure) -> Resealed
    {
        try await through(.write) { () throws(StoreFailure) in try await base.reseal(kind, after: owner, limit: limit, with: vault) }
    }

    package func sealedCounts() async throws(StoreFailure) -> [SealedCount] {
        try await through(.read) { () throws(StoreFailure) in try await base.sealedCounts() }
    }
}

extension WorldStore: ConsentStore, AuditStore, HandoutStore {
    package func begin(_ attempt: ConsentAttempt) async throws(StoreFailure) {
        try await through(.write) { () throws(StoreFailure) in try await base.begin(attempt) }
    }

    package func consent(_ id: ConsentID) async throws(StoreFailure) -> ConsentAttempt? {
        try await through(.read) { () throws(StoreFailure) in try await base.consent(id) }
    }

    package func consent(state digest: [UInt8]) async throws(StoreFailure) -> ConsentAttempt? {
        try await through(.read) { () throws(StoreFailure) in try await base.consent(state: digest) }
    }

    package func bind(_ id: ConsentID, browser digest: [UInt8]) async throws(StoreFailure) -> Bool {
        try await through(.write) { () throws(StoreFailure) in try await base.bind(id, browser: digest) }
    }

    package func take(_ id: ConsentID, at now: Date) async throws(StoreFailure) -> Bool {
        try await through(.write) { () throws(StoreFailure) in try await base.take(id, at: now) }
    }

    package func end(_ id: ConsentID, _ progress: ConsentAttempt.Progress, journal: [JournalEntry]) async throws(StoreFailure) {
        try await through(.write) { () throws(StoreFailure) in try await base.end(id, progress, journal: journal) }
    }

    package func keep(_ result: ConsentResult) async throws(StoreFailure) -> Bool {
        try await through(.write) { () throws(StoreFailure) in try await base.keep(result) }
    }

    package func uses() async throws(StoreFailure) -> [GrantID: GrantUse] {
        try await through(.read) { () throws(StoreFailure) in try await base.uses() }
    }

    package func warn(_ warning: Warning, at now: Date) async throws(StoreFailure) -> Bool {
        try await through(.write) { () throws(StoreFailure) in try await base.warn(warning, at: now) }
    }

    package func sightings() async throws(StoreFailure) -> [SightingTotal] {
        try await through(.read) { () throws(StoreFailure) in try await base.sightings() }
    }

    package func clientDays() async throws(StoreFailure) -> [ClientID: Date] {
        try await through(.read) { () throws(StoreFailure) in try await base.clientDays() }
    }

    package func traffic(since: Date) async throws(StoreFailure) -> [TrafficTotal] {
        try await through(.read) { () throws(StoreFailure) in try await base.traffic(since: since) }
    }

    package func delays(since: Date, limit: Int) async throws(StoreFailure) -> [Double] {
        try await through(.read) { () throws(StoreFailure) in try await base.delays(since: since, limit: limit) }
    }

    package func usage(of account: Account, since: Date) async throws(StoreFailure) -> Usage {
        try await through(.read) { () throws(StoreFailure) in try await base.usage(of: account, since: since) }
    }

    package func record(_ handouts: [Handout], journal: [JournalEntry]) async throws(StoreFailure) {
        try await through(.write) { () throws(StoreFailure) in try await base.record(handouts, journal: journal) }
    }

    package func handout(_ id: HandoutID) async throws(StoreFailure) -> Handout? {
        try await through(.read) { () throws(StoreFailure) in try await base.handout(id) }
    }

    package func unreported(before: Date, limit: Int) async throws(StoreFailure) -> [Handout] {
        try await through(.read) { () throws(StoreFailure) in try await base.unreported(before: before, limit: limit) }
    }

    package func report(_ id: HandoutID, _ outcome: HandoutOutcome, at now: Date) async throws(StoreFailure) -> Bool {
        try await through(.write) { () throws(StoreFailure) in try await base.report(id, outcome, at: now) }
    }
}

extension WorldStore: DmarcStore {
    package func take(_ report: DmarcReport, from file: String, by person: String, at now: Date) async throws(StoreFailure) -> Bool {
        try await through(.write) { () throws(StoreFailure) in try await base.take(report, from: file, by: person, at: now) }
    }

    package func dmarcReports() async throws(StoreFailure) -> [TakenDmarcReport] {
        try await through(.read) { () throws(StoreFailure) in try await base.dmarcReports() }
    }

    package func sendings(since: Date) async throws(StoreFailure) -> [SendingTotal] {
        try await through(.read) { () throws(StoreFailure) in try await base.sendings(since: since) }
    }
}
