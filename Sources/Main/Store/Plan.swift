internal import Relay
internal import SQLiteStore

/// What a command is going to change, worked out from what it read.
struct Plan: Sendable {
    var changes: [DirectoryChange] = []
    var secrets: [SecretChange] = []
    /// Removes what refers to a removed thing too.
    var cascades = false
    /// What to say when it is done, or that there was nothing to do.
    var words: String

    init(_ words: String, _ changes: [DirectoryChange] = [], secrets: [SecretChange] = [], cascades: Bool = false) {
        self.words = words
        self.changes = changes
        self.secrets = secrets
        self.cascades = cascades
    }
}

extension OpenedStore {
    /// How often a plan is made anew because someone else changed the directory meanwhile: more than twice is a sign of something else.
    private static let limit = 3

    /// Reads, plans and applies, as one: if the directory moves in between, all three are done again.
    func edit(_ plan: (Finder) async throws -> Plan) async throws {
        for attempt in 1...Self.limit {
            let edition = try await store.directory(of: DirectorySlice()).edition
            let plan = try await plan(Finder(store: store))
            guard !plan.changes.isEmpty || !plan.secrets.isEmpty else { return say("unchanged: \(plan.words)") }
            let edit = DirectoryEdit(
                plan.changes, secrets: plan.secrets, by: person, at: live.now(), expecting: edition, cascades: plan.cascades)
            do throws(StoreFailure) {
                let now = try await store.apply(edit)
                return say(now == edition ? "unchanged: \(plan.words)" : "\(plan.words) (edition \(now))")
            } catch {
                guard attempt < Self.limit, isOvertaken(error) else { throw error }
            }
        }
    }

    /// The plan was made of what is no longer so, and can be made anew.
    private func isOvertaken(_ failure: StoreFailure) -> Bool {
        if case .keyMoved(let id) = failure { return vault.use(id) }
        if case .editionMoved = failure { return true }
        return false
    }

    /// Names are in it, and a name in a directory must not be able to move the cursor.
    private func say(_ words: String) { live.say(DisplayWidth.printable(words)) }

    /// Records what a person says has been seen, with a journal line of who said so.
    func observe(_ observations: [Observation], of key: EntityKey, _ words: String, personal: [JournalEntry.Personal] = []) async throws {
        let entry = JournalEntry(
            at: live.now(), kind: .changed, facts: [.init("entity", key.kind.rawValue), .init("id", key.id), .init("observed", words)],
            personal: [.init(.person, person)] + personal)
        try await store.observe(observations, journal: [entry])
    }

    func sealed(_ secret: Secret, _ name: SecretName) throws(VaultError) -> SecretChange {
        SecretChange(name: name, sealed: try vault.seal(secret, for: name))
    }

    /// Whether this very secret is kept already.
    func keeps(_ secret: Secret, _ name: SecretName) async throws -> Bool {
        guard let sealed = try await store.secret(name) else { return false }
        return try vault.open(sealed, for: name).reveal() == secret.reveal()
    }
}
