package import struct FoundationEssentials.Date

/// Where an editor reads the directory, and what keeps the changes.
package protocol DirectoryKeeper: Sendable {
    /// As things are now, with at least what the slice names.
    func snapshot(of slice: DirectorySlice) async throws(StoreFailure) -> Snapshot
    func secret(_ name: SecretName) async throws(StoreFailure) -> Sealed?
    /// What names this thing and cannot be without it, wherever the snapshot ends.
    func references(to key: EntityKey) async throws(StoreFailure) -> [EntityKey]
    func apply(_ edit: DirectoryEdit) async throws(StoreFailure) -> Edition
    func observe(_ observations: [Observation], journal: [JournalEntry]) async throws(StoreFailure)
    /// A change is kept: whoever decides by the directory is to know it.
    func changed() async
}

/// Carries verbs out: reads, plans and applies as one. If the directory moves in between, or the vault's key, all three are done again.
package struct Editor: Sendable {
    /// A plan as it was carried out.
    package struct Done: Sendable {
        package var plan: Plan
        /// After it; nil: nothing of the directory is another than before.
        package let edition: Edition?
    }

    /// How often a plan is made anew because someone else changed the directory meanwhile: more is a sign of something else.
    private static let limit = 4

    let keeper: any DirectoryKeeper
    private let vault: Vault
    private let person: String
    private let isOnMachine: Bool
    private let now: @Sendable () -> Date
    private let generator: @Sendable () -> any RandomNumberGenerator

    package init(
        keeper: any DirectoryKeeper, vault: Vault, person: String, isOnMachine: Bool = false, now: @escaping @Sendable () -> Date,
        generator: @escaping @Sendable () -> any RandomNumberGenerator
    ) {
        self.keeper = keeper
        self.vault = vault
        self.person = person
        self.isOnMachine = isOnMachine
        self.now = now
        self.generator = generator
    }

    /// `isTrial`: everything is judged as if, and nothing is kept.
    @discardableResult
    package func edit(
        _ slice: DirectorySlice = DirectorySlice(), isTrial: Bool = false, _ verb: (Administration) async throws -> Plan
    ) async throws -> Done {
        var attempt = 1
        while true {
            let snapshot = try await keeper.snapshot(of: slice)
            var plan = try await verb(
                Administration(snapshot, person: person, isOnMachine: isOnMachine, at: now(), generator: generator))
            try await settle(&plan)
            let secrets = try await sealed(plan.secrets)
            do throws(StoreFailure) {
                return try await carryOut(plan, secrets, on: snapshot.directory.edition, isTrial: isTrial)
            } catch {
                guard attempt < Self.limit, isOvertaken(error) else { throw error }
                attempt += 1
            }
        }
    }

    private func carryOut(
        _ plan: Plan, _ secrets: [SecretChange], on edition: Edition, isTrial: Bool
    ) async throws(StoreFailure) -> Done {
        var plan = plan
        var now = edition
        if !plan.changes.isEmpty || !secrets.isEmpty {
            var edit = DirectoryEdit(
                plan.changes, secrets: secrets, by: person, at: self.now(), expecting: edition, cascades: plan.cascades)
            edit.isTrial = isTrial
            now = try await keeper.apply(edit)
        }
        if isTrial { return Done(plan: plan, edition: nil) }
        if plan.observesChangeAlone, now == edition { plan.observations = [] }
        if !plan.observations.isEmpty { try await keeper.observe(plan.observations, journal: plan.journal) }
        if now != edition || !plan.observations.isEmpty { await keeper.changed() }
        if now == edition, plan.observations.isEmpty, plan.outcome != .unchanged {
            plan.outcome = .unchanged
            plan.words = plan.wordsIfUnchanged ?? plan.words
        } else if now != edition, plan.outcome == .unchanged {
            plan.outcome = .changed
        }
        return Done(plan: plan, edition: now == edition ? nil : now)
    }

    /// Steps that are due only as long as a secret is missing; and commands as they can be typed.
    private func settle(_ plan: inout Plan) async throws(StoreFailure) {
        for due in plan.due where !plan.secrets.contains(where: { $0.name == due.secret && $0.secret != nil }) {
            if try await keeper.secret(due.secret) == nil { plan.next.append(due.step) }
        }
        plan.due = []
        plan.notes = plan.notes.map(\.withPasteableCommands)
        plan.warnings = plan.warnings.map(\.withPasteableCommands)
        plan.next = plan.next.map { if case .command(let command) = $0 { .command(command.pasteable) } else { $0 } }
    }

    /// Those that are not kept already.
    private func sealed(_ wanted: [Plan.Secrecy]) async throws -> [SecretChange] {
        var changes: [SecretChange] = []
        for one in wanted {
            let kept = try await keeper.secret(one.name)
            guard let secret = one.secret else {
                if kept != nil { changes.append(SecretChange(name: one.name, sealed: nil)) }
                continue
            }
            if let kept, isSame(kept, secret, one.name) { continue }
            if let refusal = one.refusal { throw refusal }
            changes.append(SecretChange(name: one.name, sealed: try vault.seal(secret, for: one.name)))
        }
        return changes
    }

    /// One that does not open any more is another.
    private func isSame(_ kept: Sealed, _ secret: Secret, _ name: SecretName) -> Bool {
        (try? vault.open(kept, for: name))?.reveal() == secret.reveal()
    }

    /// The plan was made of what is no longer so, and can be made anew.
    private func isOvertaken(_ failure: StoreFailure) -> Bool {
        switch failure {
        case .keyMoved(let id): vault.use(id)
        case .editionMoved: true
        case .busy, .full, .claimLost, .notFound, .conflict, .repeated, .overQuota, .wrongKey, .damaged, .unavailable: false
        }
    }
}

/// A store that a command has opened: each verb reads the rows that it can touch.
package struct OpenStore: DirectoryKeeper {
    private let store: any DirectoryStore & ConditionsStore & TokenStore

    package init(_ store: any DirectoryStore & ConditionsStore & TokenStore) { self.store = store }

    package func snapshot(of slice: DirectorySlice) async throws(StoreFailure) -> Snapshot {
        if slice.isWhole { return Snapshot(directory: try await store.directory(), conditions: try await store.conditions(of: nil)) }
        return Snapshot(directory: try await store.directory(of: slice), conditions: try await store.conditions(of: slice.addresses))
    }

    package func secret(_ name: SecretName) async throws(StoreFailure) -> Sealed? { try await store.secret(name) }
    package func references(to key: EntityKey) async throws(StoreFailure) -> [EntityKey] { try await store.references(to: key) }
    package func apply(_ edit: DirectoryEdit) async throws(StoreFailure) -> Edition { try await store.apply(edit) }

    package func observe(_ observations: [Observation], journal: [JournalEntry]) async throws(StoreFailure) {
        try await store.observe(observations, journal: journal)
    }

    package func changed() async {}
}
