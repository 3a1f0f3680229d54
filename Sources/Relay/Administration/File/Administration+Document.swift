internal import Mail

/// The directory as a whole, as a file says it is to be.
extension Administration {
    /// Makes each thing what the file says. What it does not speak of stays, or goes (`pruning`). All or none.
    ///
    /// Each thing is held against the rules that hold for whoever makes or changes it alone, so that a file can say nothing that a command could not.
    package func bring(_ document: DirectoryDocument, pruning: Bool = false) throws(AdministrationRefusal) -> Plan {
        let missing = missing(from: document)
        var bringing = Bringing(self)
        if pruning {
            // What takes the place of something may have its address. Nothing that stays refers to it: a file refers to what is in it alone.
            bringing.remove(missing.filter { $0.kind != .setting })
        }
        for entity in document.entities where entity.kind != .setting { try bringing.put(entity) }
        let unset = pruning ? missing.compactMap { $0.kind == .setting ? SettingKey($0.id) : nil } : []
        try bringing.set(
            document.entities.compactMap { if case .setting(let key, let text) = $0 { (key, text) } else { nil } }, unset: unset)
        var plan = bringing.finish()
        if !pruning, !missing.isEmpty {
            plan.notes.append(
                "\(words(missing)) \(missing.count == 1 ? "is" : "are") not in the file, and \(missing.count == 1 ? "stays" : "stay")")
        }
        try checkAdministrators(plan.changes)
        return plan
    }

    /// What the directory has and the file does not speak of, in the order in which it can go. The catalogue's providers are left out of files.
    private func missing(from document: DirectoryDocument) -> [EntityKey] {
        let there = Set(document.entities.map(\.key))
        return EntityKind.allCases.reversed().flatMap { kind in
            kind == .setting
                ? directory.settings.all.map { EntityKey(.setting, $0.key.description) }.filter { !there.contains($0) }
                : directory.entities(kind).lazy.filter { entity in
                    if case .provider(let provider) = entity, Provider.builtIn.contains(where: { $0.id == provider.id }) { return false }
                    return !there.contains(entity.key)
                }.map(\.key).sorted { $0.id < $1.id }
        }
    }

    private func words(_ keys: [EntityKey]) -> String {
        let named = keys.prefix(10).map { key in directory.entity(key).map { "\(key.kind.noun) \($0.title)" } ?? key.description }
        return named.joined(separator: ", ") + (keys.count > 10 ? " and \(keys.count - 10) more" : "")
    }
}

/// The things of a file one after another, each on what those before it have made.
private struct Bringing {
    private var working: Administration
    private var gathered = GatheredPlan(unchanged: "the directory is as the file says")
    private var removals: [DirectoryChange] = []
    private var counts: [Plan.Outcome: Int] = [:]

    init(_ administration: Administration) { working = administration }

    mutating func remove(_ keys: [EntityKey]) {
        removals = keys.map { .remove($0) }
        var gone = Plan.unchanged("")
        gone.gone = keys
        gathered.take(gone)
        counts[.removed, default: 0] += keys.count
        apply(removals)
    }

    mutating func put(_ entity: DirectoryEntity) throws(AdministrationRefusal) {
        // Of people there may be a million, and all that is to be known of one is in his record.
        if case .user(let user) = entity {
            let known = working.directory.user(user.id)
            let isSame = known == user && known?.addresses.map(\.address.description) == user.addresses.map(\.address.description)
            let settled = isSame ? user : try working.settle(user)
            return add(Plan(isSame ? .unchanged : known == nil ? .added : .changed, "", nil, isSame ? [] : [.put(.user(settled))]))
        }
        guard case .map(let entries) = EntityForm.value(entity) else { preconditionFailure("a thing of the directory is written as a map") }
        var said = Particulars(entity.kind, entries, at: "\(entity.kind.noun) \(entity.title)")
        said.bringsPin = true
        var ending: Plan?
        if case .grant(let grant) = entity, let end = end(of: grant) {
            said.forgetsPin = true
            ending = end
        }
        var one = try working.put(entity, said)
        // What a grant is for comes with it in the file.
        if entity.kind == .grant { one.next.removeAll { if case .command = $0 { true } else { false } } }
        add(one)
        if let ending { add(ending) }
    }

    /// A token that was given to somebody, or to an application, is nobody else's.
    private func end(of grant: Grant) -> Plan? {
        guard case .grant(let known)? = working.directory.entity(EntityKey(.grant, grant.id.text)), known.kind == .consent,
            known.application != grant.application || known.principal != grant.principal
        else { return nil }
        var plan = Plan.unchanged("")
        plan.secrets = [Plan.Secrecy(SecretName(.refreshToken, of: grant.id.text), nil)]
        plan.gone = [EntityKey(.grant, grant.id.text)]
        plan.observations = [.grant(grant.id, .needsConsent(since: working.now, reason: "its application or principal is another"))]
        plan.observesChangeAlone = true
        plan.notes = ["the consent of grant \(known.title) ends, since its application or principal is another"]
        plan.next = [.consent(grant.name)]
        return plan
    }

    mutating func set(_ texts: [(SettingKey, String)], unset: [SettingKey]) throws(AdministrationRefusal) {
        let before = working.directory.settings
        let values = texts.map { (key: $0.0, text: String?.some($0.1)) } + unset.map { (key: $0, text: nil) }
        let one = try working.set(values)
        for change in one.changes {
            switch change {
            case .remove: counts[.removed, default: 0] += 1
            case .put(.setting(let key, _)): counts[before[key] == nil ? .added : .changed, default: 0] += 1
            case .put: break
            }
        }
        take(one)
    }

    private mutating func add(_ one: Plan) {
        if !one.changes.isEmpty || one.outcome == .unchanged && one.secrets.isEmpty { counts[one.outcome, default: 0] += 1 }
        take(one)
    }

    private mutating func take(_ one: Plan) {
        gathered.take(one)
        apply(one.changes)
    }

    private mutating func apply(_ changes: [DirectoryChange]) {
        working.directory.apply(changes, edition: working.directory.edition)
    }

    func finish() -> Plan {
        var plan = gathered.plan
        plan.changes += removals
        let said = [Plan.Outcome.added, .changed, .removed].compactMap { outcome in counts[outcome].map { "\($0) \(outcome.rawValue)" } }
        guard !plan.changes.isEmpty else { return plan }
        plan.outcome = .changed
        plan.words = (said + [counts[.unchanged].map { "\($0) unchanged" }].compactMap { $0 }).joined(separator: ", ")
        plan.wordsIfUnchanged = "the directory is as the file says"
        return plan
    }
}
