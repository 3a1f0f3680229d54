package import Relay

/// The directory as the service has it: all of it, in memory, brought up to the store before anything is planned, and again once a change is kept.
package struct ServedDirectory: DirectoryKeeper {
    package let dependencies: WebDependencies

    package func snapshot(of slice: DirectorySlice) async throws(StoreFailure) -> Snapshot {
        guard await dependencies.operations.follower.catchUp() else { throw .unavailable("the store cannot be read") }
        return dependencies.snapshots.current
    }

    package func secret(_ name: SecretName) async throws(StoreFailure) -> Sealed? { try await dependencies.store.secret(name) }
    package func apply(_ edit: DirectoryEdit) async throws(StoreFailure) -> Edition { try await dependencies.store.apply(edit) }

    package func references(to key: EntityKey) async throws(StoreFailure) -> [EntityKey] {
        dependencies.snapshots.current.directory.references(to: key)
    }

    package func observe(_ observations: [Observation], journal: [JournalEntry]) async throws(StoreFailure) {
        try await dependencies.store.observe(observations, journal: journal)
    }

    package func changed() async { await dependencies.operations.follower.catchUp() }
}

extension WebDependencies {
    /// The rule book, open at the directory as it is: for what is only looked up.
    package func administration(for person: String) -> Administration {
        Administration(snapshots.current, person: person, at: now, generator: accept.generator)
    }

    /// The API and the console change things through here alone.
    package func editor(for person: String) -> Editor {
        Editor(keeper: ServedDirectory(dependencies: self), vault: vault, person: person, now: accept.now, generator: accept.generator)
    }
}

extension WebDependencies {
    /// Those in whom the text stands. A search among a million is no work for a thread that others wait for.
    package func users(matching text: String, after id: String?, limit: Int) async throws -> [User] {
        let directory = try await served
        return try await Aside.run { directory.users(matching: text, after: id, limit: limit) }
    }

    /// Those of a kind of whom it is true, which is asked where the text may stand in them at all.
    package func entities(
        _ kind: EntityKind, mentioning text: String, after id: String?, limit: Int,
        where fits: @escaping @Sendable (DirectoryEntity) -> Bool
    ) async throws -> [DirectoryEntity] {
        let directory = try await served
        return try await Aside.run { directory.entities(kind, mentioning: text, after: id, limit: limit, where: fits) }
    }

    /// As the store has it by now.
    private var served: Directory {
        get async throws(StoreFailure) { try await ServedDirectory(dependencies: self).snapshot(of: DirectorySlice()).directory }
    }
}

extension WebDependencies {
    package func queueEditor(for person: String) -> QueueEditor {
        QueueEditor(queue: store, person: person, now: accept.now) { [self] _ in
            Decider(directory: snapshots.current.directory, conditions: snapshots.current.conditions)
        }
    }
}

extension Problem {
    package init(_ refusal: AdministrationRefusal) {
        let kind: ProblemKind =
            switch refusal.code {
            case .malformed, .invalid, .unknownName, .ambiguousName: .invalid
            case .notFound: .notFound
            case .taken, .inUse, .lastAdministrator, .wrongState: .conflict
            case .changedMeanwhile: .changedMeanwhile
            case .notPermitted: .notPermitted
            case .refusedByProvider, .unreachable: .provider
            }
        self.init(kind, refusal.sentence, fix: refusal.fix, place: refusal.field)
        code = refusal.code.rawValue
    }
}
